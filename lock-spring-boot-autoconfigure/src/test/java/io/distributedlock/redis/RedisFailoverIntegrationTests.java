package io.distributedlock.redis;

import java.time.Duration;
import java.util.List;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisClusterProcess;
import io.distributedlock.testsupport.RedisSentinelProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.ReplicatedRedis;
import io.distributedlock.testsupport.RespException;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When another server has become the master, locks can be acquired again soon, whatever
 * the application has configured.
 */
@Timeout(60)
class RedisFailoverIntegrationTests {

	private static final Duration FAILOVER_TIMEOUT = Duration.ofSeconds(20);

	private static final Duration RECOVERY_TIMEOUT = Duration.ofSeconds(3);

	private static final LockSpec SPEC = LockSpec.of("k").withTtl(Duration.ofSeconds(1));

	private final ApplicationContextRunner application = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(DataRedisAutoConfiguration.class, DistributedLockAutoConfiguration.class));

	@Test
	void connectionFollowsTheSentinels() {
		try (RedisSentinelProcess redis = RedisSentinelProcess.start(3)) {
			this.application
				.withPropertyValues("spring.data.redis.sentinel.master=" + RedisSentinelProcess.MASTER_NAME,
						"spring.data.redis.sentinel.nodes=127.0.0.1:" + redis.sentinels().get(0).port())
				.run((context) -> assertThatLocksAreThereAgain(context, redis.master(), redis.replica()));
		}
	}

	@Test
	void connectionFollowsTheCluster() {
		assertThatLocksAreThereAgainInTheCluster(this.application);
	}

	@Test
	void connectionFollowsTheClusterEvenWhenThatOfTheApplicationDoesNot() {
		ClusterTopologyRefreshOptions none = ClusterTopologyRefreshOptions.builder()
			.disableAllAdaptiveRefreshTriggers()
			.build();
		assertThatLocksAreThereAgainInTheCluster(
				this.application.withBean(LettuceClientOptionsBuilderCustomizer.class, () -> (options) -> {
					if (options instanceof ClusterClientOptions.Builder builder) {
						builder.topologyRefreshOptions(none);
					}
				}));
	}

	@Test
	void connectionsLeaveAServerThatBecameAReplicaAndKeepsThemOpen() {
		try (RedisSentinelProcess redis = RedisSentinelProcess.start(3)) {
			this.application
				.withPropertyValues("spring.data.redis.sentinel.master=" + RedisSentinelProcess.MASTER_NAME,
						"spring.data.redis.sentinel.nodes=127.0.0.1:" + redis.sentinels().get(0).port())
				.run((context) -> {
					LockOperations locks = context.getBean(LockOperations.class);
					LockLease before = locks.acquire(SPEC);
					before.close();
					context.getBean(LockStore.class).listen();
					Awaitility.await().atMost(FAILOVER_TIMEOUT).until(() -> subscribers(redis.master()) == 1);
					redis.sentinels().get(0).cli("SENTINEL", "FAILOVER", RedisSentinelProcess.MASTER_NAME);
					Awaitility.await()
						.atMost(FAILOVER_TIMEOUT)
						.until(() -> redis.currentMasterPort() == redis.replica().port());
					// Before the Sentinels do so, who would close the connections
					redis.master().cli("REPLICAOF", redis.replica().host(), "" + redis.replica().port());
					LockLease after = locks.acquire(SPEC.withWaitTime(FAILOVER_TIMEOUT));
					assertThat(after.fencingToken()).isGreaterThan(before.fencingToken());
					after.close();
					Awaitility.await().atMost(FAILOVER_TIMEOUT).until(() -> subscribers(redis.replica()) == 1);
				});
		}
	}

	private static int subscribers(RedisServerProcess server) {
		return ((List<?>) server.cli("PUBSUB", "CHANNELS", "lock:grants:*")).size();
	}

	@Test
	void connectionFindsTheNewMasterAmongStaticNodes() {
		TestStores stores = new TestStores();
		try (ReplicatedRedis redis = ReplicatedRedis.start()) {
			RedisLockTemplate locks = new RedisLockTemplate(stores.store(TestStores.masterReplica(redis)),
					LockSettings.defaults());
			locks.start();
			LockLease before = locks.acquire(SPEC);
			before.close();
			redis.replica().cli("REPLICAOF", "NO", "ONE");
			redis.master().cli("REPLICAOF", redis.replica().host(), "" + redis.replica().port());
			LockLease after = locks.acquire(SPEC.withWaitTime(FAILOVER_TIMEOUT));
			assertThat(after.fencingToken()).isGreaterThan(before.fencingToken());
			after.close();
			locks.stop();
		}
		finally {
			stores.close();
		}
	}

	private static void assertThatLocksAreThereAgainInTheCluster(ApplicationContextRunner application) {
		try (RedisClusterProcess redis = RedisClusterProcess.startReplicated()) {
			RedisServerProcess master = redis.masterOf("{k}");
			RedisServerProcess replica = redis.replicas().get(redis.masters().indexOf(master));
			application.withPropertyValues("spring.data.redis.cluster.nodes=127.0.0.1:" + replica.port())
				.run((context) -> assertThatLocksAreThereAgain(context, master, replica));
		}
	}

	private static void assertThatLocksAreThereAgain(ApplicationContext context, RedisServerProcess master,
			RedisServerProcess replica) {
		LockOperations locks = context.getBean(LockOperations.class);
		LockLease before = locks.acquire(SPEC);
		before.close();
		master.kill();
		Awaitility.await()
			.atMost(FAILOVER_TIMEOUT)
			.ignoreExceptionsInstanceOf(RespException.class)
			.until(() -> "OK".equals(replica.cli("SET", "{k}", "", "PX", "100")));
		LockLease after = locks.acquire(SPEC.withWaitTime(RECOVERY_TIMEOUT));
		assertThat(after.fencingToken()).isGreaterThan(before.fencingToken());
		after.close();
	}

}
