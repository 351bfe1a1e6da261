package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import io.distributedlock.InvalidLockDefinitionException;

import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
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

	/**
	 * Return the type that the method returns in this class.
	 * @return the type, with type variables resolved where possible; that of the Kotlin
	 * source for a suspending function
	 */
	Class<?> returnType() {
		if (isSuspending()) {
			return new MethodParameter(this.method, -1).withContainingClass(this.userClass).getParameterType();
		}
		return resolvableType().resolve(this.method.getReturnType());
	}

	/**
	 * Return the type of what is in the future that the method returns.
	 * @return the type
	 */
	Class<?> contentType() {
		return resolvableType().getGeneric().resolve(Object.class);
	}

	private ResolvableType resolvableType() {
		return ResolvableType.forMethodReturnType(this.method, this.userClass);
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
	 * Return whether Spring runs the method on an executor.
	 * @return whether it is asynchronous
	 */
	boolean isAsync() {
		return AnnotatedElementUtils.hasAnnotation(this.method, Async.class)
				|| AnnotatedElementUtils.hasAnnotation(this.method.getDeclaringClass(), Async.class);
	}

	/**
	 * Return whether this is a suspending function of Kotlin.
	 * @return whether it is
	 */
	boolean isSuspending() {
		return KotlinDetector.isSuspendingFunction(this.method);
	}

}
