package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;

import io.distributedlock.InvalidLockDefinitionException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;
import org.springframework.util.ClassUtils;

/**
 * A method of a class that is to be locked.
 *
 * @param method the method that runs, or that of an interface if the class is a generated
 * one
 * @param userClass the class of the target
 * @param classProxies whether proxies are subclasses
 */
record LockedMethod(Method method, Class<?> userClass, boolean classProxies) {

	// By name: Kotlin and Reactive Streams need not be there.
	private static final String CONTINUATION = "kotlin.coroutines.Continuation";

	private static final Set<String> ASYNCHRONOUS_TYPES = Set.of("org.reactivestreams.Publisher",
			"kotlinx.coroutines.Deferred", "kotlinx.coroutines.flow.Flow");

	/**
	 * Return the type that the method returns in this class.
	 * @return the type, with type variables resolved where possible
	 */
	Class<?> returnType() {
		return ResolvableType.forMethodReturnType(this.method, this.userClass).resolve(this.method.getReturnType());
	}

	/**
	 * Return how many parameters the method has for its callers.
	 * @return the number, without what the Kotlin compiler adds
	 */
	int parameterCount() {
		return this.method.getParameterCount() - (isSuspending() ? 1 : 0);
	}

	/**
	 * Return the name of the lock if none is given.
	 * @return simple class name and method name
	 */
	String defaultName() {
		Class<?> type = implementingClass();
		String simpleName = type.getSimpleName();
		return (simpleName.isEmpty() ? ClassUtils.getShortName(type) : simpleName) + "." + this.method.getName();
	}

	/**
	 * Check that a call of this method can be skipped.
	 * @param attribute the attribute that says so
	 * @param reader tells what is wrong
	 * @throws InvalidLockDefinitionException if there is nothing to return then
	 */
	void checkSkippable(String attribute, AttributeReader reader) {
		Class<?> returnType = returnType();
		if (returnType.isPrimitive() && returnType != void.class) {
			throw reader.invalid("%s is SKIP, but the method returns %s, for which there is no empty value."
				.formatted(attribute, returnType), "Use THROW, or return an object type such as Optional.", null);
		}
	}

	/**
	 * Return the class in which a method is looked for that stands in for this one.
	 * @return the class of the target, or the interface if the class is generated
	 */
	Class<?> implementingClass() {
		return LockOperationSource.isGenerated(this.userClass) ? this.method.getDeclaringClass() : this.userClass;
	}

	/**
	 * Check that a proxy can intercept this method.
	 * @param reader tells what is wrong
	 * @throws InvalidLockDefinitionException if it cannot
	 */
	void checkProxyable(AttributeReader reader) {
		int modifiers = this.method.getModifiers();
		boolean bySubclass = !LockOperationSource.isGenerated(this.userClass)
				&& (this.classProxies || !isDeclaredByInterface());
		if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers)) {
			throw reader.invalid(
					"The method is %s, and a proxy does not intercept it: it would run without the lock."
						.formatted(Modifier.isPrivate(modifiers) ? "private" : "static"),
					"Annotate a method that other beans call, or use LockOperations in the code.", null);
		}
		if (Modifier.isFinal(this.userClass.getModifiers()) && bySubclass) {
			throw reader.invalid("Its class is final, and there can be no proxy that is a subclass.",
					"Remove final (in Kotlin, make the class open), or use LockOperations in the code.", null);
		}
		if (Modifier.isFinal(modifiers) && bySubclass) {
			throw reader.invalid(
					"The method is final, and a proxy that is a subclass does not intercept it: it would run without "
							+ "the lock.",
					"Remove final, or use LockOperations in the code.", null);
		}
	}

	private boolean isDeclaredByInterface() {
		return !ClassUtils.getInterfaceMethodIfPossible(this.method, this.userClass).equals(this.method);
	}

	/**
	 * Check that the method has ended when it returns.
	 * @param reader tells what is wrong
	 * @throws InvalidLockDefinitionException if it has not
	 */
	void checkSynchronous(AttributeReader reader) {
		Class<?> returnType = returnType();
		if (isSuspending() || isAsynchronous(returnType)) {
			throw reader.invalid(
					"The method %s: the lock would be released before the result is complete."
						.formatted(isSuspending() ? "is a suspending function" : "returns a " + returnType.getName()),
					"Return the result itself, or use LockOperations where the result is computed.", null);
		}
		if (AnnotatedElementUtils.hasAnnotation(this.method, Async.class)
				|| AnnotatedElementUtils.hasAnnotation(this.method.getDeclaringClass(), Async.class)) {
			throw reader.invalid("The method is @Async: the lock could be released before the method has run.",
					"Annotate a method of another bean that the @Async method calls.", null);
		}
	}

	private boolean isSuspending() {
		Class<?>[] types = this.method.getParameterTypes();
		return types.length > 0 && types[types.length - 1].getName().equals(CONTINUATION);
	}

	private static boolean isAsynchronous(Class<?> type) {
		return Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)
				|| Flow.Publisher.class.isAssignableFrom(type)
				|| ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null || hasAsynchronousName(type);
	}

	private static boolean hasAsynchronousName(@Nullable Class<?> type) {
		return type != null && (ASYNCHRONOUS_TYPES.contains(type.getName())
				|| Arrays.stream(type.getInterfaces()).anyMatch(LockedMethod::hasAsynchronousName)
				|| hasAsynchronousName(type.getSuperclass()));
	}

}
