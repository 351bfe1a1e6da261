package io.distributedlock.benchmarks.interception;

import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;

/**
 * Advice that does nothing: what interception costs at least.
 */
@Aspect
class NoOpAspect {

	@Around("execution(* io.distributedlock.benchmarks.interception.Orders.around(..))")
	@Nullable Object proceed(ProceedingJoinPoint call) throws Throwable {
		return call.proceed();
	}

}
