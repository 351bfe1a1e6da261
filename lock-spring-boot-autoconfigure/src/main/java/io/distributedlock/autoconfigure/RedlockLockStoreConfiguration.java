package io.distributedlock.autoconfigure;

import java.time.Duration;

import io.distributedlock.LockSpec;
import io.distributedlock.redis.redlock.RedlockLockStore;
import io.distributedlock.redis.redlock.RedlockSettings;
import io.distributedlock.store.LockStore;
import io.lettuce.core.RedisClient;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Locks on a quorum of Redis nodes, if any are configured.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisClient.class)
@Conditional(OnRedlockNodesCondition.class)
class RedlockLockStoreConfiguration {

	@Bean(LockStoreConfigurations.BEAN_NAME)
	@Lazy
	@ConditionalOnMissingBean(LockStore.class)
	RedlockLockStore distributedLockStore(DistributedLockProperties properties, ObjectProvider<SslBundles> sslBundles) {
		PropertyCheck.keyPrefix(properties.getKeyPrefix());
		DistributedLockProperties.Redlock redlock = properties.getRedlock();
		Duration nodeTimeout = redlock.getNodeTimeout();
		if (nodeTimeout != null) {
			PropertyCheck.duration("redlock.node-timeout", nodeTimeout, Duration.ofMillis(1));
		}
		PropertyCheck.duration("redlock.connect-timeout", redlock.getConnectTimeout(), Duration.ofMillis(1));
		PropertyCheck.duration("redlock.max-ttl", redlock.getMaxTtl(), LockSpec.MIN_TTL);
		PropertyCheck.duration("redlock.fence-ttl", redlock.getFenceTtl(), Duration.ofMillis(1));
		PropertyCheck.duration("redlock.max-clock-skew", redlock.getMaxClockSkew(), Duration.ofMillis(1));
		PropertyCheck.isTrue(properties.getTtl().compareTo(redlock.getMaxTtl()) <= 0, "ttl", properties.getTtl(),
				"It must not be above 'distributed-lock.redlock.max-ttl'.");
		return new RedlockLockStore(new RedlockServers(redlock, sslBundles).get(),
				new RedlockSettings(properties.getKeyPrefix(), nodeTimeout, redlock.getConnectTimeout(),
						redlock.getMaxTtl(), redlock.isNodesPersistEveryWrite(), redlock.getFenceTtl(),
						redlock.getMaxClockSkew()));
	}

}
