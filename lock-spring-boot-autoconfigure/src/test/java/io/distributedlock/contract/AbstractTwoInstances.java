package io.distributedlock.contract;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.store.LockStore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Two templates that stand for two instances of an application, on the same locks.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class AbstractTwoInstances {

	private static final AtomicInteger keys = new AtomicInteger();

	final ExecutorService threads = Executors.newCachedThreadPool();

	final ScheduledExecutorService interrupter = Executors.newSingleThreadScheduledExecutor();

	CountingStore counted;

	CountingStore countedThere;

	LockTemplate here;

	LockTemplate there;

	String key;

	LockSpec spec;

	/**
	 * Create one store for each call, all on the same locks, not started.
	 */
	protected abstract LockStore createStore() throws Exception;

	@BeforeEach
	void startTemplates() throws Exception {
		this.counted = new CountingStore(createStore());
		this.here = new LockTemplate(this.counted, settings("here", ReleaseMode.SYNC));
		this.countedThere = new CountingStore(createStore());
		this.there = new LockTemplate(this.countedThere, settings("there", ReleaseMode.SYNC));
		this.here.start();
		this.there.start();
		this.key = "operations-" + keys.incrementAndGet();
		this.spec = LockSpec.of(this.key).withTtl(Duration.ofSeconds(10)).withWaitTime(Duration.ZERO);
	}

	@AfterEach
	void stopTemplates() {
		this.here.stop();
		this.there.stop();
	}

	@AfterAll
	void stopThreads() {
		this.threads.shutdownNow();
		this.interrupter.shutdownNow();
	}

	static LockSettings settings(String application, ReleaseMode releaseMode) {
		return new LockSettings(application, Duration.ofSeconds(10), Duration.ofSeconds(5), true, releaseMode,
				Duration.ofSeconds(1), Duration.ofSeconds(2), 32);
	}

	/**
	 * Wait for each other once: a store may have to get ready to queue.
	 */
	void makeReadyToQueue() throws Exception {
		for (LockTemplate each : List.of(this.here, this.there)) {
			LockTemplate other = each.equals(this.here) ? this.there : this.here;
			LockLease held = other.acquire(this.spec);
			Future<LockLease> waiter = this.threads
				.submit(() -> each.acquire(this.spec.withWaitTime(Duration.ofSeconds(20))));
			Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> !waiter.isDone());
			held.close();
			waiter.get(5, TimeUnit.SECONDS).close();
		}
	}

	<T> T inOtherThread(Callable<T> action) throws Exception {
		return this.threads.submit(action).get(5, TimeUnit.SECONDS);
	}

	void awaitAcquisitions(int count) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.atMost(Duration.ofSeconds(5))
			.until(() -> this.counted.acquisitions() >= count);
	}

	void assertFreeFor(Duration time) {
		Awaitility.await().during(time).atMost(time.plusSeconds(2)).until(() -> {
			Optional<LockLease> lease = this.there.tryAcquire(this.spec);
			lease.ifPresent(LockLease::close);
			return lease.isPresent();
		});
	}

	void assertBusyFor(Duration time) {
		Awaitility.await()
			.during(time)
			.atMost(time.plusSeconds(2))
			.until(() -> this.there.tryAcquire(this.spec).isEmpty());
	}

}
