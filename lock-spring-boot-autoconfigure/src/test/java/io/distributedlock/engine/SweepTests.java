package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class SweepTests {

	private final LockTimer timer = new LockTimer();

	private final Semaphore runs = new Semaphore(0);

	private final Sweep sweep = new Sweep(this.timer, System::nanoTime, this.runs::release);

	@AfterEach
	void stop() {
		this.timer.stop();
	}

	@Test
	void runThatIsDueAtOnceDoesNotKeepLaterOnesFromBeingPlanned() throws Exception {
		for (int i = 0; i < 20_000; i++) {
			this.sweep.by(System.nanoTime());
			assertThat(this.runs.tryAcquire(5, TimeUnit.SECONDS)).as("run %d", i).isTrue();
		}
	}

	@Test
	void runsOnceAtTheEarliestOfSeveralTimes() throws Exception {
		long start = System.nanoTime();
		this.sweep.by(start + Duration.ofMillis(1600).toNanos());
		this.sweep.by(start + Duration.ofMillis(100).toNanos());
		this.sweep.by(start + Duration.ofMillis(1300).toNanos());
		assertThat(this.runs.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(100),
				Duration.ofMillis(1250));
		assertThat(this.runs.tryAcquire(2000, TimeUnit.MILLISECONDS)).as("second run").isFalse();
	}

	@Test
	void runThatFailsDoesNotEndTheSweeping() {
		AtomicInteger count = new AtomicInteger();
		Sweep failing = new Sweep(this.timer, System::nanoTime, () -> {
			count.incrementAndGet();
			throw new IllegalStateException("run");
		});
		failing.by(System.nanoTime());
		Awaitility.await().until(() -> count.get() == 1);
		failing.by(System.nanoTime());
		Awaitility.await().until(() -> count.get() == 2);
	}

}
