package io.distributedlock.sample;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import com.jayway.jsonpath.JsonPath;
import io.distributedlock.store.LockStore;
import io.lettuce.core.SetArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances of the sample exclude each other, and other programs that lock the same
 * key in Redis.
 */
class TwoInstancesIntegrationTests {

	private static final Duration WAIT_TIME = Duration.ofSeconds(2);

	private static TwoInstances instances;

	@BeforeAll
	static void start() {
		instances = new TwoInstances("--distributed-lock.wait-time=" + WAIT_TIME.toMillis() + "ms",
				"--sample.report-time=1500ms");
	}

	@AfterAll
	static void stop() {
		instances.close();
	}

	@AfterEach
	void noLockIsLeftBehind() {
		List<String> fences = instances.redis().keys("lock:*");
		assertThat(fences).allMatch((key) -> key.endsWith(":fence"));
		assertThat(fences).allSatisfy((key) -> assertThat(instances.redis().pttl(key)).isPositive());
	}

	@Test
	void sellEveryUnitOnce() {
		instances.first().put("/stock/pear?quantity=300");
		TwoInstances.Reservations reservations = instances.reserve("pear", 400);
		assertThat(reservations.others()).isEmpty();
		assertThat(reservations.left()).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 300).boxed().toList());
		assertThat(reservations.soldOut()).isEqualTo(100);
		assertThat(instances.stock("pear")).isZero();
	}

	@Test
	void payAnOrderOnce() {
		List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 10)
			.mapToObj((i) -> ((i % 2 == 0) ? instances.first() : instances.second()).postLater("/orders/7/pay"))
			.toList();
		assertThat(responses).extracting((response) -> response.join().statusCode())
			.containsOnly(200, 409)
			.containsOnlyOnce(200);
	}

	@Test
	void fencingTokensRise() {
		long last = 0;
		for (int i = 0; i < 6; i++) {
			long token = fencingToken(((i % 2 == 0) ? instances.first() : instances.second()).post("/orders/8/pay"));
			assertThat(token).isGreaterThan(last);
			last = token;
			instances.redis().del("payment:8");
		}
	}

	@Test
	void waitForAnotherProgramThatHoldsTheLock() {
		instances.redis().set("lock:{43}", "another program", SetArgs.Builder.nx().px(1000));
		long start = System.nanoTime();
		HttpResponse<String> response = instances.first().post("/orders/43/pay");
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(900), WAIT_TIME);
	}

	@Test
	void giveUpWhenAnotherProgramKeepsTheLock() {
		instances.redis().set("lock:{42}", "another program", SetArgs.Builder.nx().px(5000));
		long start = System.nanoTime();
		HttpResponse<String> response = instances.first().post("/orders/42/pay");
		assertThat(response.statusCode()).as(response.body()).isEqualTo(423);
		assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(WAIT_TIME, WAIT_TIME.plusSeconds(2));
		assertThat(instances.redis().get("lock:{42}")).isEqualTo("another program");
		HttpResponse<String> later = Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> instances.second().post("/orders/42/pay"), (again) -> again.statusCode() != 423);
		assertThat(later.statusCode()).as(later.body()).isEqualTo(200);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(4900));
		// A grant comes with a block of tokens, of which the fence is the last
		long token = fencingToken(later);
		assertThat(Long.parseLong(instances.redis().get("lock:{42}:fence"))).isBetween(token,
				token + LockStore.TOKENS_PER_GRANT - 1);
	}

	@Test
	void skipTheReportWhileTheOtherInstanceWritesIt() {
		CompletableFuture<HttpResponse<String>> first = instances.first().postLater("/reports/daily");
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> instances.redis().exists("lock:{daily-report}") == 1);
		HttpResponse<String> second = instances.second().post("/reports/daily");
		assertThat(first).isNotDone();
		assertThat(second.statusCode()).as(second.body()).isEqualTo(409);
		assertThat(first.join().statusCode()).as(first.join().body()).isEqualTo(200);
		HttpResponse<String> again = instances.second().post("/reports/daily");
		assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
	}

	@Test
	void refuseBlankIds() {
		assertThat(instances.first().post("/orders/%20/pay").statusCode()).isEqualTo(400);
	}

	@Test
	void reportThatTheyAreWell() {
		HttpResponse<String> health = instances.first().get("/actuator/health");
		assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
		assertThat(JsonPath.<String>read(health.body(), "$.components.redis.status")).isEqualTo("UP");
	}

	private static long fencingToken(HttpResponse<String> response) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return JsonPath.<Number>read(response.body(), "$.fencingToken").longValue();
	}

}
