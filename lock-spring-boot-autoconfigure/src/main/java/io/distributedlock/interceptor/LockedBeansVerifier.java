package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.distributedlock.InvalidLockDefinitionException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.log.LogMessage;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * Looks at all beans before the application takes its first call. The proxy creator has
 * checked the annotations of those it has seen; this checks those that are created later,
 * finds beans that have annotations but no proxy, and names in the configuration that are
 * those of no lock.
 * <p>
 * Creates no bean: of those that are created later, what is known of their types counts.
 * Internal: to be defined as an infrastructure bean by the auto-configuration.
 *
 * @since 1.0
 */
public final class LockedBeansVerifier implements BeanFactoryPostProcessor, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(LockedBeansVerifier.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final Supplier<Stream<BeanFactoryLockOperationSourceAdvisor>> advisors;

	private Set<String> given = Set.of();

	/**
	 * Create a verifier.
	 * @param beanFactory knows the beans
	 * @param advisors the advisors of locked methods
	 */
	public LockedBeansVerifier(BeanFactory beanFactory,
			Supplier<Stream<BeanFactoryLockOperationSourceAdvisor>> advisors) {
		Assert.isInstanceOf(ConfigurableListableBeanFactory.class, beanFactory);
		this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
		this.advisors = advisors;
	}

	/**
	 * Take note of the singletons that somebody has put in the place of beans before any
	 * is created, such as the mocks of a test.
	 */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		this.given = Set.of(beanFactory.getSingletonNames());
	}

	/**
	 * Verify all beans.
	 * @throws InvalidLockDefinitionException if one of them would not be locked as its
	 * annotations say
	 */
	@Override
	public void afterSingletonsInstantiated() {
		this.advisors.get().forEach(this::verify);
	}

	private void verify(BeanFactoryLockOperationSourceAdvisor advisor) {
		logger.debug(LogMessage.format("The handler of failures is %s", advisor.failureHandler()));
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			Class<?> type = typeOf(name);
			if (type != null && hasLocks(type, advisor.source())) {
				verifyProxy(name, advisor.source());
			}
		}
		report(advisor.overrides());
	}

	/**
	 * Return whether a class has locks. Not known for one that uses what is not on the
	 * classpath, and need not be: it cannot be a bean.
	 */
	private static boolean hasLocks(Class<?> type, LockOperationSource source) {
		try {
			return source.hasOperations(type);
		}
		catch (IllegalStateException | LinkageError ex) {
			logger.debug(LogMessage.format("The methods of %s are not known", type.getName()), ex);
			return false;
		}
	}

	private @Nullable Class<?> typeOf(String name) {
		try {
			Object bean = createdBean(name);
			return (bean != null) ? AopProxyUtils.ultimateTargetClass(bean) : this.beanFactory.getType(name, false);
		}
		catch (RuntimeException | LinkageError ex) {
			logger.debug(LogMessage.format("The type of bean '%s' is not known", name), ex);
			return null;
		}
	}

	/**
	 * Return a bean if the container has created it by its definition. What a factory
	 * bean makes has a life of its own.
	 */
	private @Nullable Object createdBean(String name) {
		boolean created = this.beanFactory.containsSingleton(name) && !this.beanFactory.isFactoryBean(name)
				&& !this.given.contains(name);
		return created ? this.beanFactory.getSingleton(name) : null;
	}

	private void verifyProxy(String name, LockOperationSource source) {
		Object bean = createdBean(name);
		if (bean == null) {
			return;
		}
		Class<?> userClass = AopProxyUtils.ultimateTargetClass(bean);
		if (!isLocked(bean)) {
			source.refuse(new InvalidLockDefinitionException("%s (bean '%s')".formatted(userClass.getName(), name),
					"The bean has no proxy, so that its methods run without their locks. It was probably created early, "
							+ "because a post-processor needs it.",
					"Make the @Bean method of that post-processor static, and let it get this bean by an "
							+ "ObjectProvider when it needs it.",
					null));
		}
		else if (AopUtils.isJdkDynamicProxy(bean)) {
			verifyInterfaces(name, bean, userClass, source);
		}
	}

	private static boolean isLocked(Object bean) {
		Object current = bean;
		while (current instanceof Advised advised) {
			for (Advisor advisor : advised.getAdvisors()) {
				if (advisor instanceof BeanFactoryLockOperationSourceAdvisor) {
					return true;
				}
			}
			current = AopProxyUtils.getSingletonTarget(current);
		}
		return current instanceof SpringProxy;
	}

	/**
	 * Find methods that have an annotation of their own, but that the proxy does not have
	 * because no interface declares them: only the target itself can call them.
	 */
	private static void verifyInterfaces(String name, Object proxy, Class<?> userClass, LockOperationSource source) {
		for (Method method : ReflectionUtils.getAllDeclaredMethods(userClass)) {
			if (source.isAnnotated(method) && !isDeclaredByInterface(method, proxy, userClass)) {
				source.refuse(new InvalidLockDefinitionException(
						"%s (bean '%s')".formatted(LockAnnotationParser.describe(method), name),
						"The proxy of the bean implements its interfaces, none of which declares the method: it would "
								+ "run without the lock.",
						"Declare the method in an interface, or remove 'spring.aop.proxy-target-class=false'.", null));
			}
		}
	}

	private static boolean isDeclaredByInterface(Method method, Object proxy, Class<?> userClass) {
		return Arrays.stream(proxy.getClass().getInterfaces())
			.flatMap((type) -> Arrays.stream(type.getMethods()))
			.anyMatch((declared) -> declared.getName().equals(method.getName())
					&& AopUtils.getMostSpecificMethod(declared, userClass).equals(method));
	}

	private static void report(LockOverrides overrides) {
		Set<String> unused = overrides.unused();
		if (!unused.isEmpty()) {
			logger
				.warn(("'distributed-lock.locks' has settings for %s, but no @DistributedLock of a known bean has such "
						+ "a name. The names are %s.")
					.formatted(unused, overrides.lockNames()));
		}
	}

}
