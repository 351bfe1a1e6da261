package io.distributedlock.sample.redis;

import io.distributedlock.sample.SampleProperties;

import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Makes the sample run with nothing else installed: unless {@code spring.data.redis.*}
 * says which Redis to use, a local one is found or started.
 * <p>
 * Spring Boot asks a {@link DataRedisConnectionDetails} bean where Redis is, if there is
 * one. So the connection factories depend on that bean, and it depends on the server.
 * Bean dependencies alone then see to the order: the server is there before anybody can
 * connect, and ends after all lifecycle beans have stopped (locks are released) and all
 * connection factories are destroyed.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(OnNoRedisConfiguredCondition.class)
class LocalRedisConfiguration {

	@Bean(initMethod = "start", destroyMethod = "stop")
	LocalRedis localRedis(SampleProperties properties) {
		return new LocalRedis(new RedisPort(properties.redis().port()));
	}

	@Bean
	LocalRedisConnectionDetails localRedisConnectionDetails(LocalRedis localRedis) {
		return new LocalRedisConnectionDetails(localRedis.port());
	}

	/**
	 * Where the local Redis is.
	 *
	 * @param port the port it listens on
	 */
	record LocalRedisConnectionDetails(RedisPort port) implements DataRedisConnectionDetails {

		@Override
		public Standalone getStandalone() {
			return Standalone.of(RedisPort.HOST, this.port.number());
		}

	}

}
