package io.distributedlock.sample.redis;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.distributedlock.sample.SampleInstance;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample with the profile {@code redlock}.
 */
class LocalRedlockNodesIntegrationTests {

	private final RedisPort data = new RedisPort(SampleInstance.findFreePort());

	private final List<RedisPort> nodes = Stream.generate(SampleInstance::findFreePort)
		.distinct()
		.limit(5)
		.map(RedisPort::new)
		.toList();

	@Test
	void goesOnWithoutTwoOfItsFiveNodes() throws IOException {
		try (SampleInstance instance = SampleInstance.launch("--spring.profiles.active=redlock",
				"--sample.redis.port=" + this.data.number(), "--distributed-lock.wait-time=500ms",
				"--distributed-lock.redlock.nodes="
						+ this.nodes.stream().map((node) -> "redis://" + node).collect(Collectors.joining(",")))) {
			instance.awaitStarted();
			this.nodes
				.forEach((node) -> assertThat(instance.output()).contains("Started an embedded Redis on " + node));
			instance.put("/stock/pear?quantity=5");
			assertThat(instance.post("/stock/pear/reserve").statusCode()).isEqualTo(200);
			assertThat(keys(this.data)).contains("stock:pear").noneMatch((key) -> key.startsWith("lock:"));
			assertThat(keys(this.nodes.get(0))).containsExactly("lock:{stock::pear}:fence");

			this.nodes.get(0).shutDownRedis();
			this.nodes.get(1).shutDownRedis();
			assertThat(instance.post("/stock/pear/reserve").body()).contains("3");
			this.nodes.get(2).shutDownRedis();
			assertThat(instance.post("/stock/pear/reserve").statusCode()).isEqualTo(503);

			instance.stop();
			this.nodes.forEach((node) -> assertThat(node.hasRedis()).isFalse());
			assertThat(this.data.hasRedis()).isFalse();
			assertThat(instance.temporaryFiles()).isEmptyDirectory();
		}
	}

	private static List<String> keys(RedisPort port) {
		try (RedisClient client = RedisClient.create(RedisURI.create(RedisPort.HOST, port.number()))) {
			return Awaitility.await().until(() -> client.connect().sync().keys("*"), (keys) -> !keys.isEmpty());
		}
	}

}
