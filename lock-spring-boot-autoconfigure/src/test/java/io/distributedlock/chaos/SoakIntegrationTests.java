package io.distributedlock.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.distributedlock.testsupport.RedisServerProcess;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two JVMs hold very many locks and renew them, and acquire and release others meanwhile,
 * for a long time: nothing is lost, nothing grows. The system properties
 * {@code soak.duration} and {@code soak.locks} say how long and how many. The report is
 * written to {@code target/chaos}.
 */
@Tag("soak")
class SoakIntegrationTests {

	private static final Duration DURATION = DurationStyle.detectAndParse(System.getProperty("soak.duration", "30m"));

	private static final int LOCKS = Integer.getInteger("soak.locks", 100_000);

	private static final int CLIENTS = 2;

	private static final int SAMPLES = 30;

	/**
	 * How much of the time passes before anything is compared: the fences of locks that
	 * are not used any more stay for a minute, so their number grows that long.
	 */
	private static final int FIRST_SAMPLE = 6;

	private static final Duration CLEAN_UP_TIME = Duration.ofMinutes(2);

	private static final Path DIRECTORY = Path.of("target", "chaos", "soak");

	private final List<ClientProcess> clients = new ArrayList<>();

	private final List<SoakSample> samples = new ArrayList<>();

	@Test
	void nothingIsLostAndNothingGrows() throws IOException {
		FileSystemUtils.deleteRecursively(DIRECTORY);
		Files.createDirectories(DIRECTORY);
		try (RedisServerProcess redis = RedisServerProcess.start()) {
			start(redis);
			long begin = System.nanoTime();
			for (int i = 1; i <= SAMPLES; i++) {
				long due = begin + DURATION.dividedBy(SAMPLES).multipliedBy(i).toNanos();
				Campaign.pause(Duration.ofNanos(due - System.nanoTime()));
				this.samples.add(sample(redis, Duration.ofNanos(System.nanoTime() - begin)));
				SoakReport.write(DIRECTORY.resolveSibling("soak.md"), LOCKS, this.samples);
			}
			verify(redis);
		}
		finally {
			this.clients.forEach(ClientProcess::close);
		}
	}

	private void start(RedisServerProcess redis) {
		List<String> properties = List.of("spring.data.redis.host=" + redis.host(),
				"spring.data.redis.port=" + redis.port());
		IntStream.range(0, CLIENTS)
			.mapToObj((i) -> new ClientProcess("client-" + i, DIRECTORY, i * 1000L, 1, properties))
			.forEach(this.clients::add);
		this.clients.forEach(ClientProcess::awaitReady);
		this.clients.forEach((client) -> client.hold(LOCKS / CLIENTS));
		this.clients.forEach(ClientProcess::start);
	}

	private SoakSample sample(RedisServerProcess redis, Duration time) {
		List<long[]> counts = this.clients.stream().map(ClientProcess::countHeld).toList();
		return new SoakSample(time, counts.stream().mapToLong((count) -> count[0]).sum(),
				counts.stream().mapToLong((count) -> count[1]).sum(),
				this.clients.stream().mapToLong(ClientProcess::usedHeap).sum(),
				Long.parseLong(redis.info("memory").getOrDefault("used_memory", "")), redis.dbSize());
	}

	private void verify(RedisServerProcess redis) throws IOException {
		assertThat(this.samples).allSatisfy((sample) -> {
			assertThat(sample.held()).as("locks held after %s", sample.time()).isEqualTo(LOCKS);
			assertThat(sample.lost()).as("locks lost after %s", sample.time()).isZero();
		});
		SoakSample first = this.samples.get(FIRST_SAMPLE);
		SoakSample last = this.samples.get(SAMPLES - 1);
		assertThat(last.heap()).as("used heap at the end").isLessThan(first.heap() * 11 / 10 + (8 << 20));
		assertThat(last.redisMemory()).as("used memory of Redis at the end")
			.isLessThan(first.redisMemory() * 11 / 10 + (8 << 20));
		this.clients.forEach(ClientProcess::release);
		this.clients
			.forEach((client) -> assertThat(client.stop()).as("locks held and waited for").containsExactly(0, 0));
		History history = new History();
		for (ClientProcess client : this.clients) {
			history.read(client.name(), client.history());
		}
		assertThat(new HistoryChecker(List.of(), Duration.ofSeconds(5)).check(history).violations()).isEmpty();
		Awaitility.await().pollInSameThread().atMost(CLEAN_UP_TIME).until(() -> redis.dbSize() == 0);
	}

}
