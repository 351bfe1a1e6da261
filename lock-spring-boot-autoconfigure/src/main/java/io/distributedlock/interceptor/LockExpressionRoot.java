package io.distributedlock.interceptor;

import java.util.Set;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypedValue;

/**
 * The call, as a key expression sees it: {@code #root}. Has no text of its own, so that
 * it cannot be a key.
 */
final class LockExpressionRoot {

	static final Set<String> PROPERTIES = Set.of("args", "method", "methodName", "target", "targetClass");

	private final MethodInvocation invocation;

	LockExpressionRoot(MethodInvocation invocation) {
		this.invocation = invocation;
	}

	@Nullable Object[] arguments() {
		return this.invocation.getArguments();
	}

	private @Nullable Object property(String name) {
		return switch (name) {
			case "args" -> arguments();
			case "method" -> this.invocation.getMethod();
			case "methodName" -> this.invocation.getMethod().getName();
			case "target" -> this.invocation.getThis();
			case "targetClass" -> targetClass();
			default -> throw new IllegalArgumentException("'%s' is no property of #root".formatted(name));
		};
	}

	private Class<?> targetClass() {
		Object target = this.invocation.getThis();
		return (target != null) ? AopProxyUtils.ultimateTargetClass(target)
				: this.invocation.getMethod().getDeclaringClass();
	}

	/**
	 * Reads the properties without reflection.
	 */
	static final class Accessor implements PropertyAccessor {

		@Override
		public Class<?>[] getSpecificTargetClasses() {
			return new Class<?>[] { LockExpressionRoot.class };
		}

		@Override
		public boolean canRead(EvaluationContext context, @Nullable Object target, String name) {
			return target instanceof LockExpressionRoot && PROPERTIES.contains(name);
		}

		@Override
		public TypedValue read(EvaluationContext context, @Nullable Object target, String name) {
			return new TypedValue((target instanceof LockExpressionRoot root) ? root.property(name) : null);
		}

		@Override
		public boolean canWrite(EvaluationContext context, @Nullable Object target, String name) {
			return false;
		}

		@Override
		public void write(EvaluationContext context, @Nullable Object target, String name, @Nullable Object newValue) {
			throw new UnsupportedOperationException("#root cannot be changed");
		}

	}

}
