package io.distributedlock.interceptor;

import java.lang.reflect.Method;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.support.StaticMethodMatcherPointcut;

/**
 * Matches the methods for which a {@link LockOperationSource} has locks.
 */
final class LockOperationSourcePointcut extends StaticMethodMatcherPointcut {

	private final LockOperationSource source;

	LockOperationSourcePointcut(LockOperationSource source) {
		this.source = source;
		setClassFilter(new LockedClassFilter(source));
	}

	LockOperationSource source() {
		return this.source;
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return this.source.getPlan(method, targetClass) != null;
	}

	/**
	 * Matches the classes for which the source has locks.
	 *
	 * @param source the source
	 */
	private record LockedClassFilter(LockOperationSource source) implements ClassFilter {

		@Override
		public boolean matches(Class<?> type) {
			return this.source.hasOperations(type);
		}

	}

}
