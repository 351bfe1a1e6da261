package io.distributedlock.testsupport;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ReplicatedRedis}, {@link RedisSentinelProcess} and
 * {@link RedisClusterProcess}.
 */
class RedisTopologiesIntegrationTests {

	@Test
	void replicaFollowsTheMaster() {
		try (ReplicatedRedis redis = ReplicatedRedis.start()) {
			redis.master().cli("SET", "key", "value");
			assertThat(redis.master().cli("WAIT", "1", "1000")).isEqualTo(1L);
			Awaitility.await().untilAsserted(() -> assertThat(redis.replica().cli("GET", "key")).isEqualTo("value"));
			assertThatExceptionOfType(RespException.class).isThrownBy(() -> redis.replica().cli("SET", "key", "other"))
				.withMessageStartingWith("READONLY");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void sentinelsReplaceAMasterThatIsGone(int count) {
		try (RedisSentinelProcess redis = RedisSentinelProcess.start(count)) {
			assertThat(redis.currentMasterPort()).isEqualTo(redis.master().port());
			redis.master().kill();
			Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				assertThat(redis.currentMasterPort()).isEqualTo(redis.replica().port());
				assertThat(redis.replica().cli("SET", "key", "value")).isEqualTo("OK");
			});
		}
	}

	@Test
	void clusterSpreadsKeysOverItsMasters() {
		try (RedisClusterProcess redis = RedisClusterProcess.start()) {
			for (String key : List.of("a", "b", "c")) {
				assertThat(redis.masterOf(key).cli("SET", key, "value")).isEqualTo("OK");
			}
			assertThat(redis.masters()).allSatisfy((master) -> assertThat(master.dbSize()).isOne());
			assertThat(redis.replicas()).isEmpty();
		}
	}

	@Test
	void replicaInTheClusterTakesOverFromItsMaster() {
		try (RedisClusterProcess redis = RedisClusterProcess.startReplicated()) {
			RedisServerProcess master = redis.masterOf("key");
			RedisServerProcess replica = redis.replicas().get(redis.masters().indexOf(master));
			master.kill();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.ignoreExceptionsInstanceOf(RespException.class)
				.untilAsserted(() -> assertThat(replica.cli("SET", "key", "value")).isEqualTo("OK"));
		}
	}

}
