package io.distributedlock.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thousands of threads of one JVM that wait at a time.
 */
@RedisServerTest
@Timeout(120)
class ManyThreadsIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ofMinutes(1));

	@SharedRedis
	private RedisServerProcess redis;

	private RedisLockTemplate template;

	private int counter;

	@BeforeEach
	void start() {
		this.template = new RedisLockTemplate(
				new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:",
						Duration.ofSeconds(60)),
				new LockSettings("test", Duration.ofSeconds(30), Duration.ofMinutes(1), true, ReleaseMode.SYNC,
						Duration.ofSeconds(5), Duration.ofSeconds(5), 32));
		this.template.start();
	}

	@AfterEach
	void stop() {
		this.template.stop();
	}

	@Test
	void platformThreadsThatWaitForOneLock() throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		try {
			assertAllCount(threads, 1_000);
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsThatWaitForOneLockAreNotPinned(@TempDir Path folder) throws Exception {
		ExecutorService threads = virtualThreads();
		try {
			assertThat(pinned(folder, () -> assertAllCount(threads, 10_000))).isEmpty();
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsThatWaitForLocksOfTheirOwnAllGetThem() throws Exception {
		ExecutorService threads = virtualThreads();
		RedisLockTemplate other = new RedisLockTemplate(
				new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:",
						Duration.ofSeconds(60)),
				LockSettings.defaults());
		List<LockLease> held = new ArrayList<>();
		for (int i = 0; i < 2_000; i++) {
			held.add(other.acquire(LockSpec.of("k" + i).withWaitTime(Duration.ofSeconds(30))));
		}
		try {
			List<Future<?>> all = submit(threads, 2_000,
					(number) -> this.template.acquire(LockSpec.of("k" + number).withWaitTime(Duration.ofSeconds(60)))
						.close());
			held.forEach(LockLease::close);
			await(all);
		}
		finally {
			other.stop();
			threads.shutdownNow();
		}
	}

	/**
	 * Count in a variable that is safe under the lock only.
	 */
	private void assertAllCount(ExecutorService threads, int number) throws Exception {
		LockLease held = this.template.acquire(SPEC);
		List<Future<?>> all = submit(threads, number, (ignored) -> {
			try (LockLease lease = this.template.acquire(SPEC)) {
				lease.ensureHeld();
				this.counter++;
			}
		});
		held.close();
		await(all);
		assertThat(this.counter).isEqualTo(number);
	}

	private static List<Future<?>> submit(ExecutorService threads, int number, IntConsumer action) {
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			int each = i;
			all.add(threads.submit(() -> action.accept(each)));
		}
		return all;
	}

	private static void await(List<Future<?>> all) throws Exception {
		for (Future<?> each : all) {
			each.get(60, TimeUnit.SECONDS);
		}
	}

	/**
	 * Return the times a virtual thread kept its carrier while it was blocked in the
	 * library.
	 */
	private static List<RecordedEvent> pinned(Path folder, Action action) throws Exception {
		Path file = folder.resolve("pinned.jfr");
		try (Recording recording = new Recording()) {
			recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO).withStackTrace();
			recording.start();
			action.run();
			recording.stop();
			recording.dump(file);
		}
		return RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> String.valueOf(event.getStackTrace()).contains("io.distributedlock.engine"))
			.toList();
	}

	/**
	 * As in {@code Executors.newVirtualThreadPerTaskExecutor()}, which this code may not
	 * name: it is compiled for an older version.
	 */
	private static ExecutorService virtualThreads() throws NoSuchMethodException {
		ExecutorService executor = (ExecutorService) ReflectionUtils
			.invokeMethod(Executors.class.getMethod("newVirtualThreadPerTaskExecutor"), null);
		assertThat(executor).isNotNull();
		return executor;
	}

	private interface Action {

		void run() throws Exception;

	}

}
