package io.distributedlock.autoconfigure;

import io.distributedlock.engine.LockTemplate;
import io.distributedlock.observation.LockAcquireObservationConvention;
import io.distributedlock.observation.LockHoldObservationConvention;
import io.distributedlock.observation.LockObservations;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the observations of locks.
 *
 * @since 1.0
 */
@AutoConfiguration(after = DistributedLockAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({ ObservationRegistry.class, LockTemplate.class })
public final class LockObservationAutoConfiguration {

	/**
	 * The locks need this and not the other way round, so they are asked for later.
	 */
	@Bean
	@ConditionalOnMissingBean
	LockObservations distributedLockObservations(ObservationRegistry registry, ObjectProvider<LockTemplate> template,
			ObjectProvider<LockAcquireObservationConvention> acquireConvention,
			ObjectProvider<LockHoldObservationConvention> holdConvention) {
		return new LockObservations(registry, () -> template.getObject().store().mode(),
				acquireConvention.getIfAvailable(), holdConvention.getIfAvailable());
	}

}
