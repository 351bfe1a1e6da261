package io.distributedlock.autoconfigure;

import io.distributedlock.actuate.endpoint.ForcedRelease;
import io.distributedlock.actuate.endpoint.LockInspector;
import io.distributedlock.actuate.endpoint.LocksEndpoint;
import io.distributedlock.actuate.endpoint.LocksEndpointWebExtension;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.event.LockEventPublisher;
import io.distributedlock.metrics.HotKeys;
import io.distributedlock.metrics.LockStatistics;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the {@link LocksEndpoint}.
 *
 * @since 1.0
 */
@AutoConfiguration(after = DistributedLockAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(LocksEndpoint.class)
@ConditionalOnBean({ LockTemplate.class, LockEventPublisher.class })
public final class LocksEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LockStatistics distributedLockStatistics() {
		return new LockStatistics();
	}

	@Bean
	@ConditionalOnMissingBean
	HotKeys distributedLockHotKeys() {
		return new HotKeys();
	}

	@Bean
	@ConditionalOnMissingBean
	LocksEndpoint locksEndpoint(LockTemplate template, LockStatistics statistics, HotKeys hotKeys,
			LockEventPublisher lockEvents, ApplicationEventPublisher auditEvents) {
		LockInspector inspector = new LockInspector(template, statistics, hotKeys);
		return new LocksEndpoint(inspector, new ForcedRelease(inspector, lockEvents::publish, auditEvents));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(LocksEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	LocksEndpointWebExtension locksEndpointWebExtension(LocksEndpoint endpoint) {
		return new LocksEndpointWebExtension(endpoint);
	}

}
