package io.distributedlock.autoconfigure;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.StringUtils;

/**
 * Selects the connection factory of the application that tells which Redis keeps the
 * locks.
 */
final class LettuceConnectionFactorySelector {

	private static final String PROPERTY = "distributed-lock.redis.connection-factory";

	private final ConfigurableListableBeanFactory beanFactory;

	LettuceConnectionFactorySelector(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Select a connection factory.
	 * @param name the name of its bean, or null for the only or primary one
	 * @return the name of the bean and the connection factory
	 * @throws NoLockStoreException if there is none that can be used
	 */
	NamedBeanHolder<LettuceConnectionFactory> select(@Nullable String name) {
		NamedBeanHolder<?> selected = StringUtils.hasText(name) ? named(name) : onlyOrPrimary();
		if (withoutProxy(selected.getBeanInstance()) instanceof LettuceConnectionFactory connectionFactory) {
			return new NamedBeanHolder<>(selected.getBeanName(), connectionFactory);
		}
		throw new NoLockStoreException(
				"Locks are to be kept in Redis, which needs a LettuceConnectionFactory, but the bean '%s' is a '%s'."
					.formatted(selected.getBeanName(), selected.getBeanInstance().getClass().getName()),
				"Use Lettuce: set 'spring.data.redis.client-type' to 'lettuce' and do not exclude "
						+ "'io.lettuce:lettuce-core' from the dependencies. Or, to use it for locks only, define a "
						+ "LettuceConnectionFactory with '@Bean(defaultCandidate = false)' and set '%s' to the name of that bean."
							.formatted(PROPERTY));
	}

	/**
	 * Return what is behind a proxy, which has no configuration to read.
	 */
	private static Object withoutProxy(Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return (target != null) ? target : bean;
	}

	private NamedBeanHolder<?> named(String name) {
		if (!this.beanFactory.containsBean(name)) {
			List<String> candidates = Arrays.asList(BeanFactoryUtils
				.beanNamesForTypeIncludingAncestors(this.beanFactory, RedisConnectionFactory.class));
			throw new NoLockStoreException(
					"The property '%s' is '%s', but there is no bean of that name.".formatted(PROPERTY, name),
					"Set '%s' to the name of a LettuceConnectionFactory bean%s, or remove it to use the only or primary one."
						.formatted(PROPERTY, candidates.isEmpty() ? "" : " (there is " + quoted(candidates) + ")"));
		}
		return new NamedBeanHolder<>(name, this.beanFactory.getBean(name));
	}

	private NamedBeanHolder<?> onlyOrPrimary() {
		try {
			return this.beanFactory.resolveNamedBean(RedisConnectionFactory.class);
		}
		catch (NoUniqueBeanDefinitionException ex) {
			Collection<String> candidates = (ex.getBeanNamesFound() != null) ? ex.getBeanNamesFound() : List.of();
			throw new NoLockStoreException(
					"Locks are to be kept in Redis, but of %d RedisConnectionFactory beans none is primary: %s."
						.formatted(candidates.size(), quoted(candidates)),
					"Mark one of them with '@Primary', or set '%s' to the name of the one to use for locks."
						.formatted(PROPERTY));
		}
		catch (NoSuchBeanDefinitionException ex) {
			throw new NoLockStoreException(
					"Locks are to be kept in Redis, but there is no RedisConnectionFactory bean.",
					"Add the dependency 'org.springframework.boot:spring-boot-starter-data-redis' and set "
							+ "'spring.data.redis.*', or define a LettuceConnectionFactory bean, or set "
							+ "'distributed-lock.store' to 'memory' for locks within this JVM only.");
		}
	}

	private static String quoted(Collection<String> names) {
		return names.stream().sorted().map("'%s'"::formatted).collect(Collectors.joining(", "));
	}

}
