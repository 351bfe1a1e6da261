package io.distributedlock.testsupport;

import org.junit.jupiter.api.Test;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DockerRedis}.
 */
@Testcontainers(disabledWithoutDocker = true)
class DockerRedisIntegrationTests {

	@Container
	private static final DockerRedis redis = new DockerRedis();

	@Test
	void answers() {
		assertThat(redis.cli("PING")).isEqualTo("PONG");
	}

}
