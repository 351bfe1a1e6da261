package io.distributedlock.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.ReplicatedRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A master forwards what is published to its replicas.
 */
@Timeout(60)
class ReplicatedHandOverIntegrationTests {

	/**
	 * Such as after a failover, when it still listens to the former master.
	 */
	@Test
	void waiterThatIsPassedOverBecauseItListensOnAReplicaIsNotToldOfAGrant() {
		try (ReplicatedRedis redis = ReplicatedRedis.start();
				RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", redis.replica().port()));
				StatefulRedisPubSubConnection<String, String> waiter = client.connectPubSub()) {
			Queue<String> messages = new ConcurrentLinkedQueue<>();
			waiter.addListener(new RedisPubSubAdapter<>() {

				@Override
				public void message(String channel, String message) {
					messages.add(message);
				}

			});
			waiter.sync().subscribe("grants:waiter");
			RedisServerProcess master = redis.master();
			master.cli("SET", "lock", "holder#1");
			master.cli("RPUSH", "queue", "10000 waiter#1");
			assertThat(master.cli("EVAL", new String(LockCommands.RELEASE.source(), StandardCharsets.UTF_8), "3",
					"lock", "fence", "queue", "grants:", "60000", "1", "release", "holder#1", "10000"))
				.isEqualTo(1L);
			assertThat(master.cli("EXISTS", "lock")).as("nobody has got it").isEqualTo(0L);
			master.cli("PUBLISH", "grants:waiter", "that was all");
			Awaitility.await().until(() -> messages.contains("that was all"));
			assertThat(messages).filteredOn((message) -> message.contains("waiter#1")).isEmpty();
		}
	}

	/**
	 * The master of a static set of nodes is the one on which the waiter has to listen.
	 */
	@Test
	void deadReplicaDoesNotKeepAnybodyFromListeningToTheMaster() throws Exception {
		try (ReplicatedRedis redis = ReplicatedRedis.start(); TestStores stores = new TestStores()) {
			RedisLockTemplate template = new RedisLockTemplate(stores.store(TestStores.masterReplica(redis)),
					LockSettings.defaults());
			template.start();
			try {
				LockSpec spec = LockSpec.of("k").withWaitTime(Duration.ofSeconds(20)).withTtl(Duration.ofSeconds(60));
				redis.replica().kill();
				redis.master().cli("SET", "lock:{k}", "another#1", "PX", "60000");
				CompletableFuture<LockLease> waiter = template.acquireAsync(spec);
				Awaitility.await().until(() -> Long.valueOf(1).equals(redis.master().cli("LLEN", "lock:{k}:queue")));
				assertThat((List<?>) redis.master().cli("PUBSUB", "CHANNELS", "lock:grants:*")).hasSize(1);
				assertThat(redis.master()
					.cli("EVAL", new String(LockCommands.RELEASE.source(), StandardCharsets.UTF_8), "3", "lock:{k}",
							"lock:{k}:fence", "lock:{k}:queue", "lock:grants:", "60000", "64", "release", "another#1",
							"60000"))
					.isEqualTo(1L);
				waiter.get(15, TimeUnit.SECONDS).close();
			}
			finally {
				template.stop();
			}
		}
	}

}
