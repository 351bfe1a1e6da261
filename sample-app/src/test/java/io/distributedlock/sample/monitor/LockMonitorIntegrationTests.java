package io.distributedlock.sample.monitor;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.sample.EventStream;
import io.distributedlock.sample.SampleApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the page asks for, over HTTP.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class LockMonitorIntegrationTests extends AbstractMonitorIntegrationTests {

	private static final String NASTY = "a \"b\" </td><script>alert(1)</script>\n\u202eé/{}";

	@ParameterizedTest
	@ValueSource(strings = { "/", "/page.css", "/page.js", "/favicon.svg" })
	void pageNeedsNothingFromElsewhere(String path) {
		ResponseEntity<String> response = send(HttpMethod.GET, path);
		assertThat(response.getStatusCode().value()).isEqualTo(200);
		assertThat(response.getBody()).isNotBlank();
		assertThat(response.getBody().replace("http://www.w3.org/2000/svg", "")).doesNotContain("//cdn", "http:",
				"https:", "@import");
	}

	@Test
	void streamShowsLocksOfAllInstancesAndWhoWaits() {
		this.redis.opsForValue().set("lock:{by-hand}", "another program", Duration.ofMinutes(1));
		LockLease lease = this.locks.acquireAsync(LockSpec.of(NASTY)).join();
		CompletableFuture<LockLease> waiting = this.locks
			.acquireAsync(LockSpec.of(NASTY).withWaitTime(Duration.ofMinutes(1)));
		try (EventStream events = EventStream.open(url())) {
			String table = await(events, "$.locks[?(@.lock.key == 'by-hand')]");
			assertThat(JsonPath.<List<Object>>read(table, "$.locks[?(@.lock.key == 'by-hand')].lock.holder"))
				.containsExactly((Object) null);
			assertThat(JsonPath.<List<Boolean>>read(table, "$.locks[?(@.lock.key == 'by-hand')].here"))
				.containsExactly(false);
			String busy = await(events, "$.locks[?(@.here == true && @.waitingHere == 1)]");
			assertThat(JsonPath.<List<String>>read(busy, "$.locks[?(@.here == true)].lock.key")).containsExactly(NASTY);
			assertThat(JsonPath.<List<String>>read(busy, "$.locks[?(@.here == true)].lock.holder.application"))
				.containsExactly("sample-app");
			assertThat(busy).doesNotContain("another program");
		}
		finally {
			lease.release();
			waiting.join().release();
			this.redis.delete("lock:{by-hand}");
		}
	}

	@Test
	void viewersAreBoundedAndThoseWhoHaveGoneAreForgotten() {
		List<EventStream> viewers = new ArrayList<>();
		try {
			Awaitility.await("full").atMost(Duration.ofSeconds(60)).until(() -> {
				viewers.add(EventStream.open(url()));
				return viewers.get(viewers.size() - 1).status() == 503;
			});
			assertThat(viewers).hasSizeLessThanOrEqualTo(LockMonitor.MAX_VIEWERS + 1);
			viewers.forEach(EventStream::close);
			Awaitility.await("room again").atMost(Duration.ofSeconds(60)).until(() -> {
				viewers.add(EventStream.open(url()));
				return viewers.get(viewers.size() - 1).status() == 200;
			});
		}
		finally {
			viewers.forEach(EventStream::close);
			// Forgets all of them
			this.monitor.stop();
			this.monitor.start();
		}
	}

	@Test
	void countingEndsWhenItsLockIsReleasedByForce(CapturedOutput output) {
		CompletableFuture<ResponseEntity<String>> count = CompletableFuture
			.supplyAsync(() -> send(HttpMethod.POST, "/stock/plum/count"));
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.redis.hasKey("lock:{stock::plum}"));
		ResponseEntity<String> released = release("stock::plum");
		assertThat(released.getStatusCode().value()).as(released.getBody()).isEqualTo(200);
		assertThat(count.join().getStatusCode().value()).isEqualTo(409);
		assertThat(JsonPath.<String>read(count.join().getBody(), "$.detail")).contains("'stock::plum' was lost");
		assertThat(output).contains("Lock 'stock::plum' was released by force by an unknown user");
		assertThat(release("stock::plum").getStatusCode().value()).isEqualTo(404);
	}

	@Test
	void anyKeyCanBeReleased() {
		LockLease lease = this.locks.acquireAsync(LockSpec.of(NASTY)).join();
		assertThat(release(NASTY).getStatusCode().value()).isEqualTo(200);
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !lease.isHeld());
	}

	@Test
	void saleIsExactWithTheLockOnly() {
		String locked = send(HttpMethod.POST, "/stock/ticket/sale?units=20&buyers=40").getBody();
		assertThat(JsonPath.<Integer>read(locked, "$.sold")).isEqualTo(20);
		assertThat(JsonPath.<Integer>read(locked, "$.soldOut")).isEqualTo(20);
		assertThat(JsonPath.<Integer>read(locked, "$.left")).isZero();
		String rushed = send(HttpMethod.POST, "/stock/ticket/sale?units=20&buyers=40&locked=false").getBody();
		int sold = JsonPath.<Integer>read(rushed, "$.sold");
		int left = JsonPath.<Integer>read(rushed, "$.left");
		assertThat(sold + left).isGreaterThan(20);
	}

	@Test
	void thereIsOneSaleAtATime() {
		LockLease other = this.locks.acquireAsync(LockSpec.of("sale::ticket")).join();
		assertThat(send(HttpMethod.POST, "/stock/ticket/sale?units=2&buyers=4").getStatusCode().value()).isEqualTo(423);
		other.release();
		assertThat(send(HttpMethod.POST, "/stock/ticket/sale?units=2&buyers=4").getStatusCode().value()).isEqualTo(200);
	}

	@Test
	void openPagesDoNotDelayTheShutdown(CapturedOutput output) {
		ConfigurableApplicationContext application = SpringApplication.run(SampleApplication.class, "--server.port=0",
				"--distributed-lock.store=memory", "--spring.data.redis.port=1", "--spring.jmx.enabled=false");
		int port = ((WebServerApplicationContext) application).getWebServer().getPort();
		try (EventStream events = EventStream.open("http://127.0.0.1:" + port)) {
			assertThat(JsonPath.<List<?>>read(events.next(), "$.locks")).isEmpty();
			application.close();
			events.awaitEnd();
		}
		assertThat(output).contains("Graceful shutdown complete").doesNotContain("Graceful shutdown aborted");
	}

	/**
	 * Read events until one of them has what a path looks for.
	 */
	private static String await(EventStream events, String path) {
		return Stream.generate(events::next)
			.limit(300)
			.filter((table) -> !JsonPath.<List<?>>read(table, path).isEmpty())
			.findFirst()
			.orElseThrow();
	}

	private ResponseEntity<String> release(String key) {
		return send(HttpMethod.DELETE, "/actuator/locks?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8));
	}

	private ResponseEntity<String> send(HttpMethod method, String path) {
		return RestClient.create()
			.method(method)
			.uri(URI.create(url() + path))
			.retrieve()
			.onStatus((status) -> true, (request, response) -> {
			})
			.toEntity(String.class);
	}

}
