package io.distributedlock.redis;

import java.time.Duration;
import java.util.List;

import io.distributedlock.LockNotReplicatedException;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.testsupport.RedisClusterProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * In a Cluster, it is the replicas of the node with the lock that have to have it.
 */
@Timeout(60)
class ClusterReplicationIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ofSeconds(20));

	private static RedisClusterProcess cluster;

	private static TestStores stores;

	private RedisLockTemplate template;

	@BeforeAll
	static void startCluster() {
		cluster = RedisClusterProcess.startReplicated();
		stores = new TestStores();
	}

	@AfterAll
	static void stopCluster() {
		stores.close();
		cluster.close();
	}

	@BeforeEach
	void start() {
		LettuceConnectionFactory application = stores.application(TestStores.cluster(cluster), (client) -> {
		});
		this.template = new RedisLockTemplate(
				new RedisLockStore(application, "lock:", Duration.ofSeconds(60),
						new RequiredReplicas(1, Duration.ofMillis(200))),
				new LockSettings("guarded", Duration.ofSeconds(30), Duration.ofSeconds(5), true, ReleaseMode.SYNC,
						Duration.ofMillis(500), Duration.ofSeconds(1), 32));
		this.template.start();
	}

	@AfterEach
	void stop() {
		this.template.stop();
	}

	@Test
	void replicasOfTheNodeThatHasTheLockAreAsked() {
		RedisServerProcess master = cluster.masterOf("{k}");
		RedisServerProcess replica = cluster.replicas().get(cluster.masters().indexOf(master));
		cluster.masters().forEach(RedisServerProcess::resetStats);
		this.template.acquire(SPEC).close();
		assertThat(cluster.masters()).allSatisfy((each) -> {
			long waits = each.commandCalls().getOrDefault("wait", 0L);
			assertThat(waits > 0).as("asked").isEqualTo(each.equals(master));
		});
		replica.pause();
		try {
			assertThatExceptionOfType(LockNotReplicatedException.class)
				.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(500))));
		}
		finally {
			replica.resume();
		}
		this.template.acquire(SPEC).close();
	}

	@Test
	void lockIsGivenAfterItsSlotHasMovedToAnotherNode() {
		LockSpec moving = SPEC.withKey("moving");
		this.template.acquire(moving).close();
		String slot = String.valueOf(cluster.nodes().get(0).cli("CLUSTER", "KEYSLOT", "{moving}"));
		RedisServerProcess from = cluster.masterOf("{moving}");
		RedisServerProcess to = cluster.masters()
			.stream()
			.filter((each) -> !each.equals(from))
			.findFirst()
			.orElseThrow();
		// The fence, which would have to be moved, too
		from.flushAll();
		String target = String.valueOf(to.cli("CLUSTER", "MYID"));
		for (RedisServerProcess node : List.of(to, from)) {
			node.cli("CLUSTER", "SETSLOT", slot, "NODE", target);
		}
		to.resetStats();
		this.template.acquire(moving).close();
		assertThat(to.commandCalls()).containsKey("wait");
	}

}
