package io.distributedlock.autoconfigure;

import java.time.Duration;

import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockListener;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.engine.LongHoldWatch;
import io.distributedlock.event.LockEventPublisher;
import io.distributedlock.store.LockStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of distributed locks.
 *
 * @since 1.0
 */
@AutoConfiguration(afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
public final class DistributedLockAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "distributed-lock.enabled", matchIfMissing = true)
	@EnableConfigurationProperties(DistributedLockProperties.class)
	@Import({ LockStoreConfigurations.Memory.class, RedlockLockStoreConfiguration.class,
			LockStoreConfigurations.Redis.class, LockStoreConfigurations.NoClient.class,
			RedisLockTemplateConfigurations.Redis.class, RedisLockTemplateConfigurations.Redlock.class,
			LockInterceptorConfiguration.class, LockTransactionConfigurations.Guard.class,
			LockTransactionConfigurations.Release.class })
	@ImportRuntimeHints(RedisLockStoreRuntimeHints.class)
	static class EnabledConfiguration {

		/**
		 * Lazy like the stores: with a {@link LockOperations} bean of the application,
		 * nobody may need it.
		 */
		@Bean
		@Lazy
		@ConditionalOnMissingBean
		LockSettings distributedLockSettings(DistributedLockProperties properties, Environment environment) {
			PropertyCheck.duration("ttl", properties.getTtl(), LockSpec.MIN_TTL);
			PropertyCheck.duration("wait-time", properties.getWaitTime(), Duration.ZERO);
			if (properties.getMaxHold() != null) {
				PropertyCheck.duration("max-hold", properties.getMaxHold(), LockSpec.MIN_TTL);
			}
			PropertyCheck.duration("response-timeout", properties.getResponseTimeout(), Duration.ofMillis(1));
			PropertyCheck.duration("release-timeout", properties.getReleaseTimeout(), Duration.ofMillis(1));
			PropertyCheck.isTrue(
					properties.getLocalHandovers() >= 0
							&& properties.getLocalHandovers() <= LockSettings.MAX_LOCAL_HANDOVERS,
					"local-handovers", properties.getLocalHandovers(),
					"It must be from 0 to %d.".formatted(LockSettings.MAX_LOCAL_HANDOVERS));
			String application = environment.getProperty("spring.application.name");
			return new LockSettings(
					StringUtils.hasText(application) ? application : LockSettings.defaults().application(),
					properties.getTtl(), properties.getWaitTime(), properties.isRenew(), properties.getMaxHold(),
					properties.getRelease(), properties.getResponseTimeout(), properties.getReleaseTimeout(),
					properties.getLocalHandovers());
		}

		@Bean
		@ConditionalOnMissingBean
		LockEventPublisher distributedLockEventPublisher(ApplicationContext context) {
			return new LockEventPublisher(context);
		}

		@Bean
		@ConditionalOnMissingBean(LockOperations.class)
		LockTemplate distributedLockTemplate(LockStore store, LockSettings settings,
				ObjectProvider<LockListener> listeners) {
			return new LockTemplate(store, settings, listeners.orderedStream().toList());
		}

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnBean(LockTemplate.class)
		@ConditionalOnProperty("distributed-lock.warn-held-longer-than")
		LongHoldWatch distributedLockLongHoldWatch(LockTemplate template, DistributedLockProperties properties) {
			Duration limit = properties.getWarnHeldLongerThan();
			Assert.state(limit != null, "'distributed-lock.warn-held-longer-than' must be a duration");
			PropertyCheck.duration("warn-held-longer-than", limit, Duration.ofMillis(1));
			return new LongHoldWatch(template, limit);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Lazy(false)
	@ConditionalOnBooleanProperty(name = "distributed-lock.enabled", havingValue = false)
	static class DisabledConfiguration {

		private static final Log logger = LogFactory.getLog(DistributedLockAutoConfiguration.class);

		DisabledConfiguration() {
			logger.warn("Methods with @DistributedLock run WITHOUT a lock because 'distributed-lock.enabled' is false");
		}

	}

}
