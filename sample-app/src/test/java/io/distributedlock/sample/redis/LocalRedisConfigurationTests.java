package io.distributedlock.sample.redis;

import java.io.IOException;

import io.distributedlock.sample.SampleProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

@ExtendWith(OutputCaptureExtension.class)
class LocalRedisConfigurationTests {

	@Test
	void usesTheRedisThatIsThere(CapturedOutput output) throws IOException {
		try (FakeService redis = new FakeService("+PONG\r\n")) {
			new ApplicationContextRunner().withUserConfiguration(TestConfiguration.class)
				.withPropertyValues("sample.redis.port=" + redis.port().number())
				.run((context) -> {
					DataRedisConnectionDetails.Standalone standalone = context.getBean(DataRedisConnectionDetails.class)
						.getStandalone();
					assertThat(standalone).isNotNull();
					assertThat(standalone.getHost()).isEqualTo("127.0.0.1");
					assertThat(standalone.getPort()).isEqualTo(redis.port().number());
				});
			assertThat(output).contains("Using the Redis that runs on " + redis.port()).contains("does not own it");
			assertThat(redis.port().hasRedis()).isTrue();
		}
	}

	@Test
	void doesNothingWhenRedisIsConfigured() {
		new ApplicationContextRunner().withUserConfiguration(TestConfiguration.class)
			.withPropertyValues("spring.data.redis.host=redis.example.com")
			.run((context) -> assertThat(context).doesNotHaveBean(LocalRedis.class)
				.doesNotHaveBean(DataRedisConnectionDetails.class));
	}

	@Test
	void whenThePortIsTakenThenSaysWhatToDo(CapturedOutput output) throws IOException {
		try (FakeService service = new FakeService("HTTP/1.1 400 Bad Request\r\n\r\n")) {
			SpringApplicationBuilder application = new SpringApplicationBuilder(TestConfiguration.class)
				.web(WebApplicationType.NONE);
			assertThatException()
				.isThrownBy(() -> application.run("--sample.redis.port=" + service.port().number()).close());
			assertThat(output).contains("APPLICATION FAILED TO START",
					"What listens on %s does not answer PING like a Redis.".formatted(service.port()),
					"set sample.redis.port to a free port");
			assertThat(output).doesNotContain("\tat ");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(SampleProperties.class)
	@Import(LocalRedisConfiguration.class)
	static class TestConfiguration {

	}

}
