package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.LockNotAcquiredException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The method that is called instead of a locked one.
 *
 * @param method the method
 * @param takesReason whether its last parameter is for the reason
 */
record FallbackMethod(Method method, boolean takesReason) {

	/**
	 * Find a fallback method.
	 * @param name its name
	 * @param locked the method it stands in for
	 * @param reader tells what is wrong
	 * @return the method
	 * @throws InvalidLockDefinitionException if there is none that fits
	 */
	static FallbackMethod find(String name, LockedMethod locked, AttributeReader reader) {
		List<Method> sameName = Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(locked.implementingClass()))
			.filter((method) -> method.getName().equals(name) && !method.isBridge())
			.toList();
		if (sameName.isEmpty()) {
			throw reader.invalid(
					"Its fallback '%s' is no method of %s.".formatted(name, locked.implementingClass().getName()),
					"Write a method of that name with " + signature(locked), null);
		}
		FallbackMethod fallback = Stream.of(true, false)
			.flatMap((takesReason) -> sameName.stream().map((method) -> new FallbackMethod(method, takesReason)))
			.filter((candidate) -> candidate.fitsParametersOf(locked.method()))
			.findFirst()
			.orElseThrow(() -> reader.invalid("Its fallback '%s' has other parameters than the method.".formatted(name),
					"Give it " + signature(locked), null));
		fallback.checkResult(locked, reader);
		fallback.checkExceptions(locked, reader);
		ReflectionUtils.makeAccessible(fallback.method);
		return fallback;
	}

	private static String signature(LockedMethod locked) {
		return "the same parameters, and if you like a LockNotAcquiredException after them, and the return type %s."
			.formatted(locked.method().getGenericReturnType().getTypeName());
	}

	private boolean fitsParametersOf(Method locked) {
		List<Class<?>> types = new ArrayList<>(List.of(this.method.getParameterTypes()));
		int position = positionOfReason();
		if (this.takesReason
				&& (position < 0 || !types.remove(position).isAssignableFrom(LockNotAcquiredException.class))) {
			return false;
		}
		return types.equals(List.of(locked.getParameterTypes()));
	}

	/**
	 * Return where the reason is among the parameters, if it is: after those of the
	 * locked method, but before what the Kotlin compiler adds.
	 */
	private int positionOfReason() {
		return this.method.getParameterCount() - (KotlinDetector.isSuspendingFunction(this.method) ? 2 : 1);
	}

	private void checkResult(LockedMethod locked, AttributeReader reader) {
		ResolvableType wanted = ResolvableType.forMethodReturnType(locked.method(), locked.userClass());
		ResolvableType given = ResolvableType.forMethodReturnType(this.method, locked.userClass());
		Class<?> raw = locked.returnType();
		boolean fits = (!locked.isSuspending() && (raw.isPrimitive() || given.resolve(Object.class).isPrimitive()))
				? ClassUtils.isAssignable(raw, given.resolve(Object.class)) : wanted.isAssignableFrom(given);
		if (!fits) {
			throw reader.invalid("Its fallback '%s' returns %s, but the method returns %s."
				.formatted(this.method.getName(), given, wanted), "Let both return the same type.", null);
		}
	}

	private void checkExceptions(LockedMethod locked, AttributeReader reader) {
		for (Class<?> thrown : this.method.getExceptionTypes()) {
			boolean allowed = RuntimeException.class.isAssignableFrom(thrown) || Error.class.isAssignableFrom(thrown)
					|| Arrays.stream(locked.method().getExceptionTypes())
						.anyMatch((declared) -> declared.isAssignableFrom(thrown));
			if (!allowed) {
				throw reader.invalid(
						"Its fallback '%s' throws %s, which the method does not declare."
							.formatted(this.method.getName(), thrown.getName()),
						"Declare it on the method too, or do not throw it.", null);
			}
		}
	}

	/**
	 * Call the method.
	 * @param invocation the call it stands in for
	 * @param reason why the lock was not acquired
	 * @return its result
	 * @throws Throwable what it throws
	 */
	@Nullable Object invoke(MethodInvocation invocation, LockNotAcquiredException reason) throws Throwable {
		List<@Nullable Object> arguments = new ArrayList<>(Arrays.asList(invocation.getArguments()));
		if (this.takesReason) {
			arguments.add(positionOfReason(), reason);
		}
		return AopUtils.invokeJoinpointUsingReflection(invocation.getThis(), this.method, arguments.toArray());
	}

}
