package io.distributedlock.testsupport;

import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RedisServerProcess} and {@link RespClient}.
 */
class RedisServerProcessIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final Duration SHORT = Duration.ofMillis(200);

	@Test
	void runsUntilClosed() {
		RedisServerProcess server = RedisServerProcess.start();
		try (server) {
			assertThat(server.cli("PING")).isEqualTo("PONG");
			assertThat(server.uri()).isEqualTo("redis://127.0.0.1:" + server.port());
			assertThat(server.isAlive()).isTrue();
			assertThat(server.directory()).isDirectory();
		}
		assertThat(server.isAlive()).isFalse();
		assertThat(ProcessHandle.of(server.pid())).isEmpty();
		assertThat(server.directory()).doesNotExist();
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> server.cli("PING"));
	}

	@Test
	void endsWithTheJvmThatStartedIt() {
		try (JavaProcess java = JavaProcess.start(StartsServerAndEnds.class)) {
			long pid = Long.parseLong(java.awaitLine((line) -> line.matches("\\d+"), TIMEOUT));
			assertThat(java.awaitExit(TIMEOUT)).isZero();
			await().atMost(TIMEOUT).until(() -> ProcessHandle.of(pid).isEmpty());
		}
	}

	@Test
	void answersAfterPauseOnly() {
		try (RedisServerProcess server = RedisServerProcess.start();
				RespClient client = new RespClient(server, SHORT)) {
			server.pause();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> client.call("PING"))
				.withCauseInstanceOf(SocketTimeoutException.class);
			server.resume();
			await().atMost(TIMEOUT).ignoreExceptions().until(client::read, "PONG"::equals);
		}
	}

	@Test
	void canBeClosedWhilePaused() {
		RedisServerProcess server = RedisServerProcess.start();
		server.pause();
		server.close();
		assertThat(server.isAlive()).isFalse();
	}

	@Test
	void restartsOnTheSamePortWithoutData() {
		try (RedisServerProcess server = RedisServerProcess.start(); RespClient client = new RespClient(server)) {
			client.call("SET", "key", "value");
			int port = server.port();
			long pid = server.pid();
			server.kill();
			assertThat(server.isAlive()).isFalse();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> client.call("PING"));
			server.restart();
			assertThat(server.port()).isEqualTo(port);
			assertThat(server.pid()).isNotEqualTo(pid);
			assertThat(server.dbSize()).isZero();
		}
	}

	@Test
	void restartsWhilePaused() {
		try (RedisServerProcess server = RedisServerProcess.start()) {
			server.pause();
			server.restart();
			assertThat(server.cli("PING")).isEqualTo("PONG");
		}
	}

	@Test
	void looksAtKeysIndependently() {
		try (RedisServerProcess server = RedisServerProcess.start()) {
			assertThat(server.cli("SET", "k\u00e9y", "a\r\nb")).isEqualTo("OK");
			assertThat(server.cli("GET", "k\u00e9y")).isEqualTo("a\r\nb");
			assertThat(server.cli("GET", "other")).isNull();
			assertThat(server.cli("PTTL", "other")).isEqualTo(-2L);
			assertThat(server.cli("MGET", "k\u00e9y", "other")).isEqualTo(Arrays.asList("a\r\nb", null));
			assertThatExceptionOfType(RespException.class).isThrownBy(() -> server.cli("LPOP", "k\u00e9y"))
				.withMessageStartingWith("WRONGTYPE");
			assertThat(server.dbSize()).isOne();
			server.flushAll();
			assertThat(server.dbSize()).isZero();
		}
	}

	@Test
	void returnsErrorsWithinTransaction() {
		try (RedisServerProcess server = RedisServerProcess.start(); RespClient client = new RespClient(server)) {
			client.send("MULTI");
			client.send("SET", "key", "value");
			client.send("LPOP", "key");
			client.send("EXEC");
			assertThat(List.of(client.read(), client.read(), client.read()))
				.isEqualTo(List.of("OK", "QUEUED", "QUEUED"));
			assertThat(client.read()).asInstanceOf(InstanceOfAssertFactories.LIST)
				.satisfiesExactly((first) -> assertThat(first).isEqualTo("OK"),
						(second) -> assertThat(second).isInstanceOf(RespException.class));
		}
	}

	@Test
	void countsCommands() {
		try (RedisServerProcess server = RedisServerProcess.start()) {
			server.cli("GET", "before");
			server.resetStats();
			server.cli("GET", "one");
			server.cli("EVAL", "redis.call('GET', 'two')", "0");
			assertThat(server.commandCalls()).containsEntry("get", 2L)
				.containsEntry("eval", 1L)
				.doesNotContainKey("set");
		}
	}

	@Test
	void takesFurtherOptions() {
		try (RedisServerProcess server = RedisServerProcess.start("--requirepass", "secret", "--user", "app", "on",
				">pw", "~app:*", "+get")) {
			assertThat(server.cli("SET", "key", "value")).isEqualTo("OK");
			try (RespClient client = new RespClient(server)) {
				assertThatExceptionOfType(RespException.class).isThrownBy(() -> client.call("GET", "app:key"))
					.withMessageStartingWith("NOAUTH");
				assertThat(client.call("AUTH", "app", "pw")).isEqualTo("OK");
				assertThat(client.call("GET", "app:key")).isNull();
				assertThatExceptionOfType(RespException.class).isThrownBy(() -> client.call("GET", "key"))
					.withMessageStartingWith("NOPERM");
			}
			server.restart();
			assertThat(server.dbSize()).isZero();
		}
	}

	@Test
	void reportsOptionTheServerRejects() {
		assertThatIllegalStateException().isThrownBy(() -> RedisServerProcess.start("--no-such-option", "1"))
			.withMessageContaining("did not start")
			.withMessageContaining("no-such-option");
	}

	@Test
	void reportsBinaryThatCannotRun() {
		assertThatExceptionOfType(UncheckedIOException.class)
			.isThrownBy(() -> RedisServerProcess.startBinary("/no/such/redis-server"))
			.withMessageContaining("'/no/such/redis-server'")
			.withMessageContaining("-Dredis.server=");
	}

	/**
	 * Leaves a server behind.
	 */
	public static final class StartsServerAndEnds {

		private StartsServerAndEnds() {
		}

		public static void main(String[] args) {
			System.out.println(RedisServerProcess.start().pid());
		}

	}

}
