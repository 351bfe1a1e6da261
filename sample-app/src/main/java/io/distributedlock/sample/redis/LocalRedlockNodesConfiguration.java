package io.distributedlock.sample.redis;

import io.distributedlock.autoconfigure.DistributedLockProperties;
import io.distributedlock.store.LockStore;

import org.springframework.boot.autoconfigure.AbstractDependsOnBeanFactoryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * Makes the profile {@code redlock} run with nothing else installed: the nodes that it
 * names are started, before the locks need them, and stopped after the locks are
 * released.
 */
@Configuration(proxyBeanMethods = false)
@Profile("redlock")
class LocalRedlockNodesConfiguration {

	@Bean(initMethod = "start", destroyMethod = "stop")
	LocalRedlockNodes localRedlockNodes(DistributedLockProperties properties) {
		return new LocalRedlockNodes(
				properties.getRedlock().getNodes().stream().map((node) -> String.valueOf(node.getUri())).toList());
	}

	@Bean
	static LockStoreDependsOnNodes lockStoreDependsOnNodes() {
		return new LockStoreDependsOnNodes();
	}

	/**
	 * Makes the store of the locks depend on the nodes.
	 */
	static class LockStoreDependsOnNodes extends AbstractDependsOnBeanFactoryPostProcessor {

		LockStoreDependsOnNodes() {
			super(LockStore.class, LocalRedlockNodes.class);
		}

	}

}
