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
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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

	private static final Log logger = LogFactory.getLog(LockOperationSource.class);

	private final LockAnnotationParser parser;

	private final boolean classProxies;

	private final boolean lenient;

	private final Map<MethodClassKey, Optional<LockPlan>> plans = new ConcurrentHashMap<>(256);

	private final Map<Class<?>, Boolean> lockedClasses = new ConcurrentHashMap<>(256);

	/**
	 * Create a source.
	 * @param parser parses annotations
	 * @param classProxies whether proxies are subclasses, so that final methods cannot be
	 * locked
	 * @param lenient whether an annotation that cannot work makes the calls of its method
	 * fail, instead of the start of the application
	 */
	LockOperationSource(LockAnnotationParser parser, boolean classProxies, boolean lenient) {
		this.parser = parser;
		this.classProxies = classProxies;
		this.lenient = lenient;
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

	/**
	 * Refuse something that would not be locked as its annotations say.
	 * @param problem what is wrong
	 * @throws InvalidLockDefinitionException unless the source is lenient, which leaves
	 * it at a warning
	 */
	void refuse(InvalidLockDefinitionException problem) {
		if (!this.lenient) {
			throw problem;
		}
		logger.warn(problem.getMessage());
	}

	/**
	 * Return whether a method has an annotation of its own.
	 * @param method the method
	 * @return whether it has
	 */
	boolean isAnnotated(Method method) {
		return !this.parser.find(method).isEmpty();
	}

	private boolean inspect(Class<?> userClass) {
		Set<Class<?>> types = new LinkedHashSet<>();
		if (!isGenerated(userClass)) {
			types.add(userClass);
		}
		types.addAll(ClassUtils.getAllInterfacesForClassAsSet(userClass));
		Set<String> problems = new LinkedHashSet<>();
		boolean found = false;
		for (Class<?> type : types) {
			for (Method method : ReflectionUtils.getAllDeclaredMethods(type)) {
				Optional<LockPlan> plan = compute(method, userClass);
				found |= plan.isPresent();
				plan.map(LockPlan::problem).ifPresent((problem) -> problems.add(problem.getMessage()));
			}
		}
		problems.forEach((problem) -> logger.warn(problem + " Until then, each call of the method fails."));
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
		if (ReflectionUtils.isObjectMethod(method) || !ClassUtils.isUserLevelMethod(method)) {
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
		return annotations.isEmpty() ? Optional.empty()
				: Optional.of(plan(annotations, new LockedMethod(specificMethod, userClass, this.classProxies)));
	}

	private LockPlan plan(List<MergedAnnotation<DistributedLock>> annotations, LockedMethod method) {
		this.parser.checkProxyable(annotations, method);
		try {
			return this.parser.parse(annotations, method);
		}
		catch (InvalidLockDefinitionException ex) {
			if (this.lenient) {
				return LockPlan.refusing(ex);
			}
			throw ex;
		}
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
