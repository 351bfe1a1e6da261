package io.distributedlock.interceptor;

import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockOperations;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * Acquires and releases the locks of calls on the threads of their callers.
 */
final class CallerLocks {

	private static final Log logger = LogFactory.getLog(CallerLocks.class);

	private final SingletonSupplier<LockOperations> lockOperations;

	private final LockRelease lockRelease;

	CallerLocks(SingletonSupplier<LockOperations> lockOperations, LockRelease lockRelease) {
		this.lockOperations = lockOperations;
		this.lockRelease = lockRelease;
	}

	/**
	 * Acquire all locks of a call.
	 * @param call the call
	 * @return a {@link LockLease} or {@link LockLeases}
	 */
	Object acquire(LockCall call) {
		LockOperations operations = this.lockOperations.obtain();
		return (call.requests().size() == 1) ? operations.acquire(call.requests().get(0).spec())
				: operations.acquireAll(call.specs());
	}

	/**
	 * Release all locks of a call.
	 * @param held a {@link LockLease} or {@link LockLeases}
	 * @param invocation the call that has ended
	 * @param failure what the call has thrown, or null
	 */
	void release(Object held, MethodInvocation invocation, @Nullable Throwable failure) {
		try {
			if (held instanceof LockLease lease) {
				this.lockRelease.release(lease, invocation);
			}
			else if (held instanceof LockLeases leases) {
				this.lockRelease.releaseAll(leases, invocation);
			}
		}
		catch (Throwable ex) {
			if (failure != null && failure != ex) {
				failure.addSuppressed(ex);
			}
			else {
				logger.warn("%s could not be released; what is left is freed when its time is over".formatted(held),
						ex);
			}
		}
	}

}
