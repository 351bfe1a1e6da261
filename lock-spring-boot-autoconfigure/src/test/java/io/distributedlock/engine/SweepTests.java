package io.distributedlock.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

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
	void runThatWasReplacedTooLateToBeCancelledDoesNotTakeTheNewPlanWithIt() {
		CountDownLatch timerIsFree = new CountDownLatch(1);
		AtomicReference<Thread> timerThread = new AtomicReference<>();
		this.timer.schedule(() -> {
			timerThread.set(Thread.currentThread());
			await(timerIsFree);
		}, 0);
		AtomicReference<MonotonicClock> clock = new AtomicReference<>(() -> 2);
		Sweep replaced = new Sweep(this.timer, () -> clock.get().nanoTime(), this.runs::release);
		replaced.by(2);
		clock.set(() -> {
			timerIsFree.countDown();
			Awaitility.await().until(() -> isInSweep(timerThread.get()));
			return 1 - Duration.ofHours(1).toNanos();
		});
		replaced.by(1);
		clock.set(() -> 3);
		awaitRunsThatAreDue();
		replaced.by(3);
		awaitRunsThatAreDue();
		assertThat(this.runs.availablePermits()).as("runs before the one that is planned").isZero();
	}

	private static boolean isInSweep(Thread thread) {
		return Arrays.stream(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(Sweep.class.getName()));
	}

	private void awaitRunsThatAreDue() {
		CountDownLatch done = new CountDownLatch(1);
		this.timer.schedule(done::countDown, 0);
		await(done);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
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
