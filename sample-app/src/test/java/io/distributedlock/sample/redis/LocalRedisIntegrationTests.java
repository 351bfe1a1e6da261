package io.distributedlock.sample.redis;

import java.time.Duration;

import io.distributedlock.sample.SampleInstance;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The life of the embedded Redis with two instances of the sample that are started at the
 * same time.
 */
class LocalRedisIntegrationTests {

	private final RedisPort port = new RedisPort(SampleInstance.findFreePort());

	private final String[] arguments = { "--sample.redis.port=" + this.port.number(),
			"--distributed-lock.wait-time=500ms" };

	@Test
	void oneInstanceStartsARedisThatTheOtherSharesAndThatEndsWithItsOwner() {
		try (SampleInstance one = SampleInstance.launch(this.arguments);
				SampleInstance two = SampleInstance.launch(this.arguments)) {
			one.awaitStarted();
			two.awaitStarted();
			SampleInstance owner = one.output().contains("Started an embedded Redis") ? one : two;
			SampleInstance guest = (owner != one) ? one : two;
			assertThat(owner.output())
				.contains("Started an embedded Redis on %s. This instance owns it".formatted(this.port));
			assertThat(guest.output()).contains("Using the Redis that runs on %s.".formatted(this.port))
				.contains("does not own it");
			owner.put("/stock/pear?quantity=5");
			assertThat(guest.post("/stock/pear/reserve").statusCode()).isEqualTo(200);
			assertThat(owner.get("/stock/pear").body()).contains("4");

			stopWhileItHoldsALock(owner);
			assertThat(this.port.hasRedis()).isFalse();
			assertThat(owner.temporaryFiles()).isEmptyDirectory();
			String stop = owner.output().substring(owner.output().indexOf("Commencing graceful shutdown"));
			assertThat(stop)
				.containsSubsequence("Wrote the daily report", "Graceful shutdown complete",
						"Stopped the embedded Redis on " + this.port)
				.doesNotContain(" WARN ", " ERROR ");

			assertThat(guest.post("/orders/42/pay").statusCode()).isEqualTo(503);
			assertThat(guest.get("/stock/pear").statusCode()).isEqualTo(503);
		}
	}

	/**
	 * What it answers to the caller is of no interest. It may not even arrive: for Spring
	 * Boot's graceful shutdown a request has ended when the servlet returns, and Tomcat
	 * sends the response after that.
	 */
	private void stopWhileItHoldsALock(SampleInstance instance) {
		try (RedisClient client = RedisClient.create(RedisURI.create(RedisPort.HOST, this.port.number()))) {
			RedisCommands<String, String> redis = client.connect().sync();
			instance.postLater("/reports/daily");
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> redis.exists("lock:{daily-report}") == 1);
			instance.stop();
		}
	}

}
