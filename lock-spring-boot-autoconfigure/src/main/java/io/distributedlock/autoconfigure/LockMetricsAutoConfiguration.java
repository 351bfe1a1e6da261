package io.distributedlock.autoconfigure;

import io.distributedlock.engine.LockTemplate;
import io.distributedlock.metrics.LockFailureMeters;
import io.distributedlock.metrics.LockMeters;
import io.distributedlock.metrics.LockStatistics;
import io.distributedlock.metrics.RedlockMeters;
import io.distributedlock.redis.redlock.RedlockLockStore;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the meters of locks.
 *
 * @since 1.0
 */
@AutoConfiguration(after = DistributedLockAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, LockTemplate.class })
public final class LockMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LockStatistics distributedLockStatistics() {
		return new LockStatistics();
	}

	@Bean
	@ConditionalOnMissingBean
	LockMeters distributedLockMeters(LockStatistics statistics, LockTemplate template) {
		return new LockMeters(statistics, () -> template.store().mode());
	}

	@Bean
	@ConditionalOnMissingBean
	LockFailureMeters distributedLockFailureMeters(MeterRegistry registry, LockTemplate template) {
		return new LockFailureMeters(registry, () -> template.store().mode());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisClient.class)
	@ConditionalOnBean(RedlockLockStore.class)
	static class RedlockConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RedlockMeters distributedLockRedlockMeters(RedlockLockStore store) {
			return new RedlockMeters(store);
		}

	}

}
