package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Knows which locks a method needs. The pointcut and the interceptor ask the same
 * question, so that no annotation counts for one but not for the other.
 */
final class LockOperationSource {

	private final LockAnnotationParser parser;

	private final boolean classProxies;

	private final Map<MethodClassKey, Optional<LockPlan>> plans = new ConcurrentHashMap<>(256);

	private final Map<Class<?>, Boolean> lockedClasses = new ConcurrentHashMap<>(256);

	/**
	 * Create a source.
	 * @param parser parses annotations
	 * @param classProxies whether proxies are subclasses, so that final methods cannot be
	 * locked
	 */
	LockOperationSource(LockAnnotationParser parser, boolean classProxies) {
		this.parser = parser;
		this.classProxies = classProxies;
	}

	/**
	 * Return whether any method of a class needs locks. The first question about a class
	 * checks all its methods.
	 * @param targetClass the class of a target
	 * @return whether there are locks
	 * @throws InvalidLockDefinitionException if one of them cannot work
	 */
	boolean hasOperations(Class<?> targetClass) {
		Class<?> userClass = ClassUtils.getUserClass(targetClass);
		Boolean locked = this.lockedClasses.get(userClass);
		if (locked == null) {
			locked = this.parser.isCandidateClass(userClass) && inspect(userClass);
			this.lockedClasses.put(userClass, locked);
		}
		return locked;
	}

	private boolean inspect(Class<?> userClass) {
		Set<Class<?>> types = new LinkedHashSet<>();
		if (!isGenerated(userClass)) {
			types.add(userClass);
		}
		types.addAll(ClassUtils.getAllInterfacesForClassAsSet(userClass));
		boolean found = false;
		for (Class<?> type : types) {
			for (Method method : ReflectionUtils.getAllDeclaredMethods(type)) {
				found |= compute(method, userClass).isPresent();
			}
		}
		return found;
	}

	/**
	 * Return the locks of a method.
	 * @param method the invoked method, may be that of an interface
	 * @param targetClass the class of the target
	 * @return the plan, or null if the method needs no lock
	 * @throws InvalidLockDefinitionException if one of them cannot work
	 */
	@Nullable LockPlan getPlan(Method method, Class<?> targetClass) {
		Class<?> userClass = ClassUtils.getUserClass(targetClass);
		MethodClassKey cacheKey = new MethodClassKey(method, userClass);
		Optional<LockPlan> cached = this.plans.get(cacheKey);
		if (cached == null) {
			cached = compute(method, userClass);
			this.plans.put(cacheKey, cached);
		}
		return cached.orElse(null);
	}

	private Optional<LockPlan> compute(Method method, Class<?> userClass) {
		if (ReflectionUtils.isObjectMethod(method)) {
			return Optional.empty();
		}
		Method specificMethod = isGenerated(userClass) ? method : AopUtils.getMostSpecificMethod(method, userClass);
		List<MergedAnnotation<DistributedLock>> annotations = find(specificMethod);
		if (annotations.isEmpty() && !specificMethod.equals(method)) {
			annotations = find(method);
		}
		if (annotations.isEmpty() && specificMethod.getDeclaringClass() != userClass) {
			annotations = findOnInterfaces(specificMethod, userClass);
		}
		return annotations.isEmpty() ? Optional.empty() : Optional
			.of(this.parser.parse(annotations, new LockedMethod(specificMethod, userClass, this.classProxies)));
	}

	/**
	 * Find the annotations of interface methods that an inherited method implements,
	 * although the class that declares it does not know the interface.
	 */
	private List<MergedAnnotation<DistributedLock>> findOnInterfaces(Method inherited, Class<?> userClass) {
		for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(userClass)) {
			for (Method method : type.getMethods()) {
				if (method.getName().equals(inherited.getName())
						&& AopUtils.getMostSpecificMethod(method, userClass).equals(inherited)) {
					List<MergedAnnotation<DistributedLock>> annotations = find(method);
					if (!annotations.isEmpty()) {
						return annotations;
					}
				}
			}
		}
		return List.of();
	}

	private List<MergedAnnotation<DistributedLock>> find(Method method) {
		List<MergedAnnotation<DistributedLock>> annotations = this.parser.find(method);
		boolean appliesToType = annotations.isEmpty() && ClassUtils.isUserLevelMethod(method)
				&& !Modifier.isPrivate(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
		return appliesToType ? this.parser.find(method.getDeclaringClass()) : annotations;
	}

	/**
	 * Return whether a class has been generated at run time, so that its methods say
	 * nothing and those of its interfaces count.
	 * @param type the class
	 * @return whether it is a JDK proxy or the class of a lambda expression
	 */
	static boolean isGenerated(Class<?> type) {
		return Proxy.isProxyClass(type) || type.isHidden();
	}

}
