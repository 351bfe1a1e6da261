package io.distributedlock.interceptor;

import io.distributedlock.LockLease;
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
	LockRelease IMMEDIATE = (lease, invocation) -> lease.release();

	/**
	 * Release a lock, now or when something else has ended. Called on the thread of the
	 * body.
	 * @param lease the lease
	 * @param invocation the call that has ended, normally or not
	 */
	void release(LockLease lease, MethodInvocation invocation);

}
