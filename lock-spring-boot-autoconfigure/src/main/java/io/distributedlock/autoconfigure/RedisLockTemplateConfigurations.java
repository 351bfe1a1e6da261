package io.distributedlock.autoconfigure;

import io.distributedlock.LockOperations;
import io.distributedlock.engine.LockListener;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.redis.RedisLockStore;
import io.distributedlock.redis.RedisLockTemplate;
import io.distributedlock.redis.redlock.RedlockLockStore;
import io.distributedlock.store.LockStore;
import io.lettuce.core.RedisClient;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The {@link RedisLockTemplate}, if locks are kept in Redis and by no other store.
 */
final class RedisLockTemplateConfigurations {

	private RedisLockTemplateConfigurations() {
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RedisClient.class, LettuceConnectionFactory.class })
	@ConditionalOnBean(RedisLockStore.class)
	@ConditionalOnMissingBean(value = LockStore.class, ignored = RedisLockStore.class)
	static class Redis {

		@Bean
		@ConditionalOnMissingBean(LockOperations.class)
		RedisLockTemplate distributedLockTemplate(RedisLockStore store, LockSettings settings,
				ObjectProvider<LockListener> listeners) {
			return new RedisLockTemplate(store, settings, listeners.orderedStream().toList());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisClient.class)
	@ConditionalOnBean(RedlockLockStore.class)
	@ConditionalOnMissingBean(value = LockStore.class, ignored = RedlockLockStore.class)
	static class Redlock {

		@Bean
		@ConditionalOnMissingBean(LockOperations.class)
		RedisLockTemplate distributedLockTemplate(RedlockLockStore store, LockSettings settings,
				ObjectProvider<LockListener> listeners) {
			return new RedisLockTemplate(store, settings, listeners.orderedStream().toList());
		}

	}

}
