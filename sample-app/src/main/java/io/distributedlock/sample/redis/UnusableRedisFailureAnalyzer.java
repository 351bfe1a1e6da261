package io.distributedlock.sample.redis;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says why the sample has no Redis and what to do, in place of a stack trace.
 */
class UnusableRedisFailureAnalyzer extends AbstractFailureAnalyzer<UnusableRedisException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnusableRedisException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.getAction(), cause);
	}

}
