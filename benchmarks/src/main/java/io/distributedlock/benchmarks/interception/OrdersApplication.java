package io.distributedlock.benchmarks.interception;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;

/**
 * The application whose methods are called.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableAspectJAutoProxy(proxyTargetClass = true)
@EnableCaching(proxyTargetClass = true)
class OrdersApplication {

	@Bean
	Orders orders() {
		return new Orders();
	}

	@Bean
	NoOpAspect noOpAspect() {
		return new NoOpAspect();
	}

	@Bean
	ConcurrentMapCacheManager cacheManager() {
		return new ConcurrentMapCacheManager("orders");
	}

}
