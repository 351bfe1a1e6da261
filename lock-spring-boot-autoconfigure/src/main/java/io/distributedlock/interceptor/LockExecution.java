package io.distributedlock.interceptor;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A way to run a method while its locks are held: acquire all, proceed, release all.
 * There is one for each kind of result, as that says when the method has ended.
 */
interface LockExecution {

	/**
	 * Run a method under its locks.
	 * @param invocation the call
	 * @param call its locks
	 * @return the result of the method, or what it returns without its locks
	 * @throws Throwable what the method throws, or why it did not run
	 */
	@Nullable Object run(MethodInvocation invocation, LockCall call) throws Throwable;

}
