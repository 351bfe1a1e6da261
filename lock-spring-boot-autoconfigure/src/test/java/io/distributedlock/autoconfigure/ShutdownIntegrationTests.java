package io.distributedlock.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.distributedlock.testsupport.JavaProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens when a JVM with locks is ended with SIGTERM, seen by another JVM.
 */
@RedisServerTest
@Timeout(120)
class ShutdownIntegrationTests {

	private static final Duration START_TIME = Duration.ofSeconds(60);

	private static final Duration LONG = Duration.ofSeconds(20);

	/**
	 * Before the waiter would ask again without being told.
	 */
	private static final Duration AT_ONCE = Duration.ofSeconds(3);

	@SharedRedis
	private RedisServerProcess redis;

	@Test
	void successorGetsTheLockAtOnceAndNothingIsLeft() {
		try (JavaProcess stopped = start(WebApplicationType.NONE);
				JavaProcess successor = start(WebApplicationType.NONE)) {
			awaitReady(stopped);
			awaitReady(successor);
			stopped.send("hold k");
			stopped.awaitLine("hold has k true"::equals, LONG);
			stopped.send("hold other");
			stopped.awaitLine("hold has other true"::equals, LONG);
			stopped.send("wait k");
			successor.send("wait k");
			Awaitility.await().until(() -> this.redis.cli("LLEN", "lock:{k}:queue").equals(1L));
			long start = System.nanoTime();
			stopped.terminate();
			successor.awaitLine("wait has k true"::equals, LONG);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
			assertThat(stopped.awaitExit(LONG)).isEqualTo(128 + 15);
			assertThat(stopped.lines()).anyMatch((line) -> line.startsWith("wait failed: Lock 'k' was not acquired"));
			assertThat(this.redis.cli("EXISTS", "lock:{other}", "lock:{k}:queue")).isEqualTo(0L);
			assertEndedQuietly(stopped);
		}
	}

	@Test
	void requestThatRunsKeepsItsLockUntilItHasEnded() throws Exception {
		try (JavaProcess stopped = start(WebApplicationType.SERVLET);
				JavaProcess successor = start(WebApplicationType.NONE)) {
			String port = awaitReady(stopped);
			awaitReady(successor);
			CompletableFuture<HttpResponse<String>> response = HttpClient.newHttpClient()
				.sendAsync(
						HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/work?key=k&millis=2000".formatted(port)))
							.build(),
						BodyHandlers.ofString());
			stopped.awaitLine("working on k"::equals, LONG);
			successor.send("wait k");
			Awaitility.await().until(() -> this.redis.cli("LLEN", "lock:{k}:queue").equals(1L));
			stopped.terminate();
			stopped.awaitLine("worked true"::equals, LONG);
			long start = System.nanoTime();
			successor.awaitLine("wait has k true"::equals, LONG);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
			assertThat(response.get(10, TimeUnit.SECONDS).body()).isEqualTo("true");
			stopped.awaitExit(LONG);
			assertEndedQuietly(stopped);
		}
	}

	private static void assertEndedQuietly(JavaProcess ended) {
		assertThat(ended.lines()).noneMatch((line) -> line.matches("\\s+at [\\w.$]+\\(.*|.*(WARN|ERROR)\\s.*"))
			.noneMatch((line) -> line.startsWith("Exception in thread"));
	}

	private JavaProcess start(WebApplicationType type) {
		return JavaProcess.start(StoppableApplication.class, Integer.toString(this.redis.port()), type.name());
	}

	private static String awaitReady(JavaProcess process) {
		return process.awaitLine((line) -> line.startsWith("ready "), START_TIME).substring("ready ".length());
	}

}
