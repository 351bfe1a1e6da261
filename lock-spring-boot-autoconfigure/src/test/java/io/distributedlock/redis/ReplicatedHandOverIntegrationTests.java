package io.distributedlock.redis;

import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

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

}
