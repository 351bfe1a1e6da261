package io.distributedlock.interceptor;

import java.util.List;

import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import org.aopalliance.intercept.MethodInvocation;

/**
 * What is done with a lock when the body of its method has ended. Internal: to be given
 * to the advisor by the auto-configuration.
 *
 * @since 1.0
 */
@FunctionalInterface
public interface LockRelease {

	/**
	 * Releases at once.
	 */
	LockRelease IMMEDIATE = new LockRelease() {

		@Override
		public void release(LockLease lease, MethodInvocation invocation) {
			lease.release();
		}

		@Override
		public void releaseAll(LockLeases leases, MethodInvocation invocation) {
			leases.close();
		}

	};

	/**
	 * Release a lock, now or when something else has ended. Called on the thread of the
	 * body.
	 * @param lease the lease
	 * @param invocation the call that has ended, normally or not
	 */
	void release(LockLease lease, MethodInvocation invocation);

	/**
	 * Release several locks, the last one first, all of them whatever happens.
	 * {@link LockLeases#close()} does that faster where nothing speaks against it.
	 * @param leases the leases
	 * @param invocation the call that has ended, normally or not
	 */
	default void releaseAll(LockLeases leases, MethodInvocation invocation) {
		List<LockLease> inOrder = leases.asList();
		RuntimeException failure = null;
		for (int i = inOrder.size() - 1; i >= 0; i--) {
			try {
				release(inOrder.get(i), invocation);
			}
			catch (RuntimeException ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
