package io.distributedlock.interceptor;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * What log messages of a method say about the locks that it runs under.
 */
interface LogContext {

	/**
	 * Says nothing.
	 */
	LogContext NONE = (invocation, held) -> invocation.proceed();

	/**
	 * Run a method in this context, and restore the one before.
	 * @param invocation the call
	 * @param held a {@link io.distributedlock.LockLease} or
	 * {@link io.distributedlock.LockLeases}
	 * @return the result of the method
	 * @throws Throwable what the method throws
	 */
	@Nullable Object proceed(MethodInvocation invocation, Object held) throws Throwable;

}
