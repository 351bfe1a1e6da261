package io.distributedlock.interceptor;

import java.util.List;

import io.distributedlock.LockException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.OnContention;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogMessage;

/**
 * One call of a locked method: which locks it needs, and what it does without them.
 *
 * @param plan the locks of the method
 * @param requests the locks of this call, without duplicates, in the order in which they
 * are to be taken; at least one
 */
record LockCall(LockPlan plan, List<LockRequest> requests) {

	private static final Log logger = LogFactory.getLog(LockCall.class);

	/**
	 * Do what is to be done if a lock was not acquired. No lock of this call is held.
	 * @param reason why it was not acquired
	 * @param invocation the call
	 * @return the result of the call, of the kind that the method returns
	 * @throws Throwable the reason, if the call is to fail
	 */
	@Nullable Object withoutLocks(LockException reason, MethodInvocation invocation) throws Throwable {
		if (reason instanceof LockNotAcquiredException busy && onContention(busy.getKey()) == OnContention.SKIP) {
			logger.debug(LogMessage.format("Skipped %s: lock '%s' is held", invocation.getMethod(), busy.getKey()));
			return this.plan.skippedResult();
		}
		throw reason;
	}

	private OnContention onContention(String key) {
		return this.requests.stream()
			.filter((request) -> request.spec().key().equals(key))
			.map(LockRequest::onContention)
			.findFirst()
			.orElse(OnContention.THROW);
	}

}
