package io.distributedlock.testsupport;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisServerExtension}.
 */
@RedisServerTest
class RedisServerExtensionIntegrationTests {

	@SharedRedis
	private static @Nullable RedisServerProcess staticServer;

	@SharedRedis
	private @Nullable RedisEndpoint server;

	@BeforeAll
	static void staticFieldIsSetEarly() {
		assertThat(staticServer).isNotNull();
	}

	@Test
	void sharesOneServer(RedisServerProcess parameter, RedisEndpoint endpoint) {
		assertThat(parameter).isSameAs(staticServer).isSameAs(this.server).isSameAs(endpoint);
	}

	@RepeatedTest(2)
	void beginsWithoutKeys(RedisServerProcess server) {
		assertThat(server.dbSize()).isZero();
		server.cli("SET", "key", "value");
	}

}
