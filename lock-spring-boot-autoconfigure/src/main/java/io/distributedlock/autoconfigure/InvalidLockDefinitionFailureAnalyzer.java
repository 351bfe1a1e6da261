package io.distributedlock.autoconfigure;

import io.distributedlock.InvalidLockDefinitionException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link InvalidLockDefinitionException}.
 */
final class InvalidLockDefinitionFailureAnalyzer extends AbstractFailureAnalyzer<InvalidLockDefinitionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidLockDefinitionException cause) {
		String description = "The @DistributedLock on %s cannot work:%n%n    %s".formatted(cause.getLocation(),
				cause.getProblem());
		return new FailureAnalysis(description, cause.getAction(), cause);
	}

}
