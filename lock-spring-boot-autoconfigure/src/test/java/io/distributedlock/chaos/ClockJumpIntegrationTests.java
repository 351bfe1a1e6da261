package io.distributedlock.chaos;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.distributedlock.testsupport.RedisServerProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClockJumpIntegrationTests {

	private static List<RedisServerProcess> servers;

	@BeforeAll
	static void start() {
		servers = Stream.generate(() -> RedisServerProcess.start()).limit(3).toList();
	}

	@AfterAll
	static void stop() {
		servers.forEach(RedisServerProcess::close);
	}

	@BeforeEach
	void flush() {
		servers.forEach(RedisServerProcess::flushAll);
	}

	@Test
	void keysEndEarlierAfterAJumpForwardAndSomeAtOnce() {
		set(0, "short", "a", 500);
		set(0, "long", "b", 100_000);
		server(0).cli("SET", "eternal", "c");
		ClockJump.of(server(0), Duration.ofSeconds(40));
		assertThat(left(0, "short")).isEqualTo(-2);
		assertThat(left(0, "long")).isBetween(30_000L, 60_000L);
		assertThat(left(0, "eternal")).isEqualTo(-1);
	}

	@Test
	void keysEndLaterAfterAJumpBackward() {
		set(0, "key", "a", 100_000);
		ClockJump.of(server(0), Duration.ofSeconds(-40));
		assertThat(left(0, "key")).isBetween(110_000L, 140_000L);
	}

	@Test
	void onlyLocksThatAllServersHaveForTheSameOwnerEndOnTheServersThatJump() {
		for (int i = 0; i < 3; i++) {
			set(i, "agreed", "a", 100_000);
			set(i, "split", (i == 2) ? "b" : "a", 100_000);
			set(i, "agreed:fence", "7", 100_000);
			server(i).cli("ZADD", "agreed:waiters", "1", "c");
		}
		set(0, "alone", "a", 100_000);
		assertThat(ClockJump.whereAllAgree(servers.subList(0, 1), servers, Duration.ofSeconds(200))).isEqualTo(1);
		assertThat(left(0, "agreed")).isEqualTo(-2);
		assertThat(left(1, "agreed")).isPositive();
		assertThat(left(2, "agreed")).isPositive();
		assertThat(List.of(left(0, "split"), left(0, "alone"), left(0, "agreed:fence"))).allMatch((left) -> left > 0);
	}

	private static RedisServerProcess server(int number) {
		return servers.get(number);
	}

	private static void set(int server, String key, String value, long ttl) {
		server(server).cli("SET", key, value, "PX", Long.toString(ttl));
	}

	private static long left(int server, String key) {
		Object left = server(server).cli("PTTL", key);
		assertThat(left).isInstanceOf(Long.class);
		return (Long) left;
	}

}
