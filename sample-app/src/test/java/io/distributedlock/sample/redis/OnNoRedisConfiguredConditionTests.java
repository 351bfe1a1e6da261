package io.distributedlock.sample.redis;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class OnNoRedisConfiguredConditionTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(Local.class);

	@Test
	void matchesWhenNothingIsConfigured() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(Local.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "timeout=2s", "connect-timeout=2s", "client-name=shop", "lettuce.pool.max-active=4",
			"lettuce.cluster.refresh.adaptive=true" })
	void matchesWhenOnlyTheClientIsConfigured(String property) {
		this.contextRunner.withPropertyValues("spring.data.redis." + property)
			.run((context) -> assertThat(context).hasSingleBean(Local.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "host=redis.example.com", "port=6380", "url=redis://redis.example.com", "database=1",
			"username=shop", "password=secret", "ssl.enabled=true", "ssl.bundle=redis", "sentinel.master=main",
			"sentinel.nodes=one:26379", "sentinel.nodes[0]=one:26379", "cluster.nodes=one:6379,two:6379",
			"cluster.nodes[0]=one:6379", "masterreplica.nodes[0]=one:6379" })
	void doesNotMatchWhenRedisIsConfigured(String property) {
		this.contextRunner.withPropertyValues("spring.data.redis." + property)
			.run((context) -> assertThat(context).doesNotHaveBean(Local.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "SPRING_DATA_REDIS_HOST", "SPRING_DATA_REDIS_URL", "SPRING_DATA_REDIS_CLUSTER_NODES",
			"SPRING_DATA_REDIS_SENTINEL_NODES_0" })
	void doesNotMatchWhenRedisIsConfiguredInTheEnvironment(String variable) {
		this.contextRunner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addLast(new SystemEnvironmentPropertySource(
						"test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
						Map.of(variable, "one:6379"))))
			.run((context) -> assertThat(context).doesNotHaveBean(Local.class));
	}

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnNoRedisConfiguredCondition.class)
	static class Local {

	}

}
