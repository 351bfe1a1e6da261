package io.distributedlock.interceptor;

import io.distributedlock.LockOperations;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * Runs a method while the locks that it needs are held.
 */
final class LockInterceptor implements MethodInterceptor {

	private final LockOperationSource source;

	private final LockExecution blocking;

	LockInterceptor(LockOperationSource source, SingletonSupplier<LockOperations> lockOperations,
			LockRelease lockRelease) {
		this.source = source;
		this.blocking = new BlockingExecution(lockOperations, lockRelease);
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
		return this.blocking.run(invocation, plan.prepare(invocation));
	}

}
