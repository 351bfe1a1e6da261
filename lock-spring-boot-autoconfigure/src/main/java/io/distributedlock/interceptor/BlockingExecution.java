package io.distributedlock.interceptor;

import io.distributedlock.LockException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Runs a method that has ended when it returns: everything happens on the thread of the
 * caller.
 */
final class BlockingExecution implements LockExecution {

	private final CallerLocks locks;

	private final LogContext logContext;

	BlockingExecution(CallerLocks locks, LogContext logContext) {
		this.locks = locks;
		this.logContext = logContext;
	}

	@Override
	public @Nullable Object run(MethodInvocation invocation, LockCall call) throws Throwable {
		Object held;
		try {
			held = this.locks.acquire(call);
		}
		catch (LockException ex) {
			return call.withoutLocks(ex, invocation);
		}
		Throwable failure = null;
		try {
			call.passLeases(invocation, held);
			return this.logContext.proceed(invocation, held);
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			this.locks.release(held, invocation, failure);
		}
	}

}
