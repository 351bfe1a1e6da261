package io.distributedlock.sample.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

import io.distributedlock.sample.SampleInstance;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EmbeddedRedisIntegrationTests {

	private final RedisPort port = new RedisPort(SampleInstance.findFreePort());

	@Test
	void startsAndStops() {
		EmbeddedRedis redis = start();
		try {
			assertThat(this.port.hasRedis()).isTrue();
			assertThat(info("config_file:")).isEmpty();
			assertThat(info("aof_enabled:")).isEqualTo("0");
		}
		finally {
			redis.stop();
		}
		assertThat(this.port.hasRedis()).isFalse();
	}

	@Test
	void keepsItsFilesTogetherAndDeletesThem() throws IOException {
		EmbeddedRedis redis = start();
		Path executable = Path.of(info("executable:"));
		Path directory = executable.getParent();
		assertThat(directory).isDirectoryContaining((file) -> file.endsWith("redis.log"));
		redis.stop();
		assertThat(directory).doesNotExist();
		assertThat(Path.of("dump.rdb")).doesNotExist();
	}

	@Test
	void startsAgainOnTheSamePort() {
		start().stop();
		start().stop();
	}

	@Test
	void whenAnotherHasThePortThenGivesWay() {
		EmbeddedRedis winner = start();
		try {
			assertThat(EmbeddedRedis.start(this.port)).isNull();
			assertThat(this.port.hasRedis()).isTrue();
		}
		finally {
			winner.stop();
		}
		Awaitility.await().during(Duration.ofMillis(300)).until(() -> !this.port.hasRedis());
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void isOutOfReachOfCtrlC() throws IOException {
		EmbeddedRedis redis = start();
		try {
			assertThat(processGroup(info("process_id:"))).isNotEqualTo(processGroup("self"));
		}
		finally {
			redis.stop();
		}
	}

	@Test
	void whenItCannotStartThenSaysWhy() {
		RedisPort impossible = new RedisPort(65536 + 1);
		assertThatExceptionOfType(UnusableRedisException.class).isThrownBy(() -> EmbeddedRedis.start(impossible))
			.withMessageContaining("does not start on 127.0.0.1:65537");
	}

	private EmbeddedRedis start() {
		return Objects.requireNonNull(EmbeddedRedis.start(this.port));
	}

	private String info(String field) {
		try (RedisClient client = RedisClient.create(RedisURI.create(RedisPort.HOST, this.port.number()))) {
			return client.connect()
				.sync()
				.info()
				.lines()
				.filter((line) -> line.startsWith(field))
				.map((line) -> line.substring(field.length()))
				.findFirst()
				.orElseThrow();
		}
	}

	private static String processGroup(String process) throws IOException {
		String stat = Files.readString(Path.of("/proc", process, "stat"));
		return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[2];
	}

}
