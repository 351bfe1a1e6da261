package io.distributedlock.interceptor;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Runs a method while the locks that it needs are held.
 */
final class LockInterceptor implements MethodInterceptor {

	private final LockOperationSource source;

	private final LockFailures failures;

	private final LockExecution blocking;

	LockInterceptor(LockOperationSource source, LockFailures failures, LockExecution blocking) {
		this.source = source;
		this.failures = failures;
		this.blocking = blocking;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Class<?> targetClass = (target != null) ? target.getClass() : invocation.getMethod().getDeclaringClass();
		LockPlan plan = this.source.getPlan(invocation.getMethod(), targetClass);
		if (plan == null) {
			throw new IllegalStateException(
					"%s of %s must be locked, but its lock is not known. Annotate the class itself."
						.formatted(invocation.getMethod(), targetClass.getName()));
		}
		if (plan.isDisabled()) {
			plan.clearLease(invocation);
			return invocation.proceed();
		}
		return this.blocking.run(invocation, plan.prepare(invocation, this.failures));
	}

}
