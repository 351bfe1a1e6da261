package io.distributedlock.interceptor;

import io.distributedlock.LockException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockOperations;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * Runs a method that has ended when it returns: everything happens on the thread of the
 * caller.
 */
final class BlockingExecution implements LockExecution {

	private static final Log logger = LogFactory.getLog(BlockingExecution.class);

	private final SingletonSupplier<LockOperations> lockOperations;

	private final LockRelease lockRelease;

	private final LogContext logContext;

	BlockingExecution(SingletonSupplier<LockOperations> lockOperations, LockRelease lockRelease,
			LogContext logContext) {
		this.lockOperations = lockOperations;
		this.lockRelease = lockRelease;
		this.logContext = logContext;
	}

	@Override
	public @Nullable Object run(MethodInvocation invocation, LockCall call) throws Throwable {
		Object held;
		try {
			held = acquire(call);
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
			release(held, invocation, failure);
		}
	}

	/**
	 * Acquire all locks of a call.
	 * @return a {@link LockLease} or {@link LockLeases}
	 */
	private Object acquire(LockCall call) {
		LockOperations operations = this.lockOperations.obtain();
		return (call.requests().size() == 1) ? operations.acquire(call.requests().get(0).spec())
				: operations.acquireAll(call.specs());
	}

	private void release(Object held, MethodInvocation invocation, @Nullable Throwable failure) {
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
