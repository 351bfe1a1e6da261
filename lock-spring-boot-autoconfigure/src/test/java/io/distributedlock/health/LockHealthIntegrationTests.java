package io.distributedlock.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.autoconfigure.LockHealthContributorAutoConfiguration;
import io.distributedlock.testsupport.RedisServerProcess;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LockHealthIndicator} on Redis and on a quorum.
 */
@Timeout(60)
class LockHealthIntegrationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class,
				DistributedLockAutoConfiguration.class, LockHealthContributorAutoConfiguration.class));

	@Test
	void redisIsUpAndAHealthCheckLeavesNoLockBehind() {
		withRedis((context, redis) -> {
			health(context);
			redis.resetStats();
			long connections = connections(redis);
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("mode", "redis")
				.containsEntry("evictionPolicy", "noeviction")
				.containsKey("probeMillis")
				.doesNotContainKeys("warnings", "degraded");
			assertThat(redis.commandCalls()).containsEntry("evalsha", 2L);
			assertThat(connections(redis)).isEqualTo(connections);
			assertThat(((List<?>) redis.cli("KEYS", "*")).stream().map(Object::toString))
				.allMatch((key) -> key.endsWith(":fence"));
		});
	}

	@Test
	void redisThatHangsIsDownWithinAMomentAndUpAgainAfterwards() {
		withRedis((context, redis) -> {
			redis.pause();
			long start = System.nanoTime();
			Health health = health(context);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails()).containsEntry("warnings",
					List.of("The state of the servers is not known."));
			redis.resume();
			Awaitility.await().until(() -> health(context).getStatus().equals(Status.UP));
		});
	}

	@Test
	void redisThatRefusesToWriteIsDownAlthoughItAnswers() {
		withRedis((context, redis) -> {
			redis.cli("CONFIG", "SET", "maxmemory", "1");
			assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
			assertThat(health(context).getDetails().get("error").toString()).contains("OOM");
			redis.cli("CONFIG", "SET", "maxmemory", "0");
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void redisThatMayEvictLocksIsUpWithAWarning() {
		withRedis((context, redis) -> {
			redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
			assertThat(health(context).getDetails()).containsEntry("evictionPolicy", "allkeys-lru")
				.doesNotContainKey("warnings");
			redis.cli("CONFIG", "SET", "maxmemory", "1gb");
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(warnings(health))
				.contains("Redis may remove locks when its memory is full, as its 'maxmemory-policy' is 'allkeys-lru'");
		});
	}

	@Test
	void outageThatIsJustOverIsADetail() {
		withRedis((context, redis) -> {
			redis.pause();
			assertThatExceptionOfType(LockStoreUnavailableException.class)
				.isThrownBy(() -> context.getBean(LockOperations.class)
					.acquire(LockSpec.of("k").withWaitTime(Duration.ofMillis(50))));
			redis.resume();
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsKey("degraded");
			Awaitility.await().until(() -> !health(context).getDetails().containsKey("degraded"));
		});
	}

	@Test
	void quorumIsUpUntilTooManyNodesAreMissing() {
		List<RedisServerProcess> nodes = new ArrayList<>();
		try {
			for (int i = 0; i < 3; i++) {
				nodes.add(RedisServerProcess.start("--requirepass", "top-secret"));
			}
			String uris = nodes.stream()
				.map((node) -> "redis://:top-secret@127.0.0.1:" + node.port())
				.collect(Collectors.joining(","));
			this.contextRunner
				.withPropertyValues("distributed-lock.redlock.nodes=" + uris,
						"distributed-lock.redlock.nodes-persist-every-write=true",
						"distributed-lock.redlock.node-timeout=500ms")
				.run((context) -> {
					assertThat(health(context).getDetails()).containsEntry("mode", "redlock")
						.containsEntry("quorumMargin", 1)
						.doesNotContainKey("warnings");
					nodes.get(0).kill();
					Awaitility.await().until(() -> health(context).getDetails().get("quorumMargin").equals(0));
					Health degraded = health(context);
					assertThat(degraded.getStatus()).isEqualTo(Status.UP);
					assertThat(states(degraded)).containsExactly("down", "up", "up");
					assertThat(warnings(degraded)).contains("No more node may fail")
						.contains("Node 127.0.0.1:%d does not vote".formatted(nodes.get(0).port()));
					nodes.get(1).kill();
					Awaitility.await().until(() -> health(context).getStatus().equals(Status.DOWN));
					assertThat(health(context).getDetails()).containsEntry("quorumMargin", -1);
					assertThat(health(context).toString()).doesNotContain("top-secret");
				});
		}
		finally {
			nodes.forEach(RedisServerProcess::close);
		}
	}

	private void withRedis(Use use) {
		try (RedisServerProcess redis = RedisServerProcess.start()) {
			this.contextRunner
				.withPropertyValues("spring.data.redis.host=" + redis.host(), "spring.data.redis.port=" + redis.port())
				.run((context) -> use.of(context, redis));
		}
	}

	private static Health health(AssertableApplicationContext context) {
		return context.getBean(LockHealthIndicator.class).health();
	}

	private static String warnings(Health health) {
		return String.valueOf(health.getDetails().get("warnings"));
	}

	private static List<Object> states(Health health) {
		List<Object> states = new ArrayList<>();
		((List<?>) health.getDetails().get("nodes")).forEach((node) -> states.add(((Map<?, ?>) node).get("state")));
		return states;
	}

	private static long connections(RedisServerProcess redis) {
		return Long.parseLong(redis.info("clients").get("connected_clients"));
	}

	/**
	 * What a test does.
	 */
	private interface Use {

		void of(AssertableApplicationContext context, RedisServerProcess redis) throws Exception;

	}

}
