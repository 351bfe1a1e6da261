package io.distributedlock.autoconfigure;

import java.time.Duration;

import io.distributedlock.memory.MemoryLockStore;
import io.distributedlock.redis.RedisLockStore;
import io.distributedlock.redis.RequiredReplicas;
import io.distributedlock.store.LockStore;
import io.lettuce.core.RedisClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The stores, in the order in which they are considered, with
 * {@link RedlockLockStoreConfiguration} after the one in memory. A bean of the
 * application takes precedence over all of them.
 * <p>
 * They are lazy, and so is what can go wrong: a store that nobody asks for, because the
 * application has its own {@link io.distributedlock.LockOperations}, needs no Redis.
 */
final class LockStoreConfigurations {

	static final String BEAN_NAME = "distributedLockStore";

	private LockStoreConfigurations() {
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "distributed-lock.store", havingValue = "memory")
	static class Memory {

		private static final Log logger = LogFactory.getLog(MemoryLockStore.class);

		@Bean(BEAN_NAME)
		@Lazy
		@ConditionalOnMissingBean(LockStore.class)
		MemoryLockStore distributedLockStore() {
			logger.warn("Locks are NOT distributed because 'distributed-lock.store' is 'memory': "
					+ "other instances of the application do not see them");
			return new MemoryLockStore();
		}

	}

	/**
	 * Has no condition on the property, so that a value which is neither is reported when
	 * the properties are bound.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RedisClient.class, LettuceConnectionFactory.class })
	static class Redis {

		@Bean(BEAN_NAME)
		@Lazy
		@ConditionalOnMissingBean(LockStore.class)
		RedisLockStore distributedLockStore(DistributedLockProperties properties,
				ConfigurableListableBeanFactory beanFactory) {
			PropertyCheck.keyPrefix(properties.getKeyPrefix());
			PropertyCheck.duration("redis.fence-ttl", properties.getRedis().getFenceTtl(), Duration.ofMillis(1));
			NamedBeanHolder<LettuceConnectionFactory> connectionFactory = new LettuceConnectionFactorySelector(
					beanFactory)
				.select(properties.getRedis().getConnectionFactory());
			// Stop and destroy the locks first: they use the resources of the
			// application's client
			beanFactory.registerDependentBean(connectionFactory.getBeanName(), BEAN_NAME);
			return new RedisLockStore(connectionFactory.getBeanInstance(), properties.getKeyPrefix(),
					properties.getRedis().getFenceTtl(), replicas(properties.getRedis()));
		}

		private static RequiredReplicas replicas(DistributedLockProperties.Redis redis) {
			PropertyCheck.isTrue(redis.getMinReplicas() >= 0, "redis.min-replicas", redis.getMinReplicas(),
					"It must not be negative.");
			PropertyCheck.duration("redis.replication-timeout", redis.getReplicationTimeout(), Duration.ofMillis(1));
			return new RequiredReplicas(redis.getMinReplicas(), redis.getReplicationTimeout());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoClient {

		@Bean(BEAN_NAME)
		@Lazy
		@ConditionalOnMissingBean(LockStore.class)
		LockStore distributedLockStore(DistributedLockProperties properties) {
			throw new NoLockStoreException(
					"Locks are to be kept in Redis, but Spring Data Redis and Lettuce are not both on the classpath.",
					"Add the dependency 'io.distributedlock:lock-spring-boot-starter' or "
							+ "'org.springframework.boot:spring-boot-starter-data-redis' without excluding Lettuce, or set "
							+ "'distributed-lock.store' to 'memory' for locks within this JVM only.");
		}

	}

}
