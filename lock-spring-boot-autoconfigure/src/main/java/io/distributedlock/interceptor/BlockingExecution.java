package io.distributedlock.interceptor;

import java.util.List;

import io.distributedlock.LockException;
import io.distributedlock.LockLease;
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

	BlockingExecution(SingletonSupplier<LockOperations> lockOperations, LockRelease lockRelease) {
		this.lockOperations = lockOperations;
		this.lockRelease = lockRelease;
	}

	@Override
	public @Nullable Object run(MethodInvocation invocation, LockCall call) throws Throwable {
		LockLease[] leases;
		try {
			leases = acquireAll(call.requests(), invocation);
		}
		catch (LockException ex) {
			return call.withoutLocks(ex, invocation);
		}
		Throwable failure = null;
		try {
			return invocation.proceed();
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			releaseAll(leases, leases.length, this.lockRelease, invocation, failure);
		}
	}

	private LockLease[] acquireAll(List<LockRequest> requests, MethodInvocation invocation) {
		LockLease[] leases = new LockLease[requests.size()];
		int held = 0;
		try {
			for (LockRequest request : requests) {
				leases[held] = this.lockOperations.obtain().acquire(request.spec());
				held++;
			}
			return leases;
		}
		catch (Throwable ex) {
			releaseAll(leases, held, LockRelease.IMMEDIATE, invocation, ex);
			throw ex;
		}
	}

	private static void releaseAll(LockLease[] leases, int held, LockRelease lockRelease, MethodInvocation invocation,
			@Nullable Throwable failure) {
		for (int i = held - 1; i >= 0; i--) {
			release(leases[i], lockRelease, invocation, failure);
		}
	}

	private static void release(LockLease lease, LockRelease lockRelease, MethodInvocation invocation,
			@Nullable Throwable failure) {
		try {
			lockRelease.release(lease, invocation);
		}
		catch (Throwable ex) {
			if (failure != null && failure != ex) {
				failure.addSuppressed(ex);
			}
			else {
				logger.warn("Lock '%s' could not be released; it is freed when its time is over".formatted(lease.key()),
						ex);
			}
		}
	}

}
