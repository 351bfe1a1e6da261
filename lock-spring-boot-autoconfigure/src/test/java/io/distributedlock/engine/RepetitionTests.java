package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class RepetitionTests {

	private static final long INTERVAL = Duration.ofMillis(1).toNanos();

	private final LockTimer timer = new LockTimer();

	private final AtomicInteger runs = new AtomicInteger();

	/**
	 * Asked by the timer right between two runs, which is when others start it in these
	 * tests.
	 */
	private volatile BooleanSupplier need = () -> false;

	private final Repetition repetition = new Repetition(this.timer, INTERVAL, () -> this.need.getAsBoolean(),
			this.runs::incrementAndGet);

	@AfterEach
	void stop() {
		this.timer.stop();
	}

	@Test
	void startBetweenTwoRunsAddsNone() {
		this.need = () -> {
			boolean more = this.runs.get() < 10;
			if (more) {
				this.repetition.start();
			}
			return more;
		};
		this.repetition.start();
		Awaitility.await().until(() -> this.runs.get() >= 10);
		awaitPlannedRuns();
		assertThat(this.runs).hasValue(10);
	}

	@Test
	void startsOnceIfTwoThreadsStartItAtTheSameTime() throws Exception {
		ExecutorService starter = Executors.newSingleThreadExecutor();
		try {
			for (int round = 1; round <= 1000; round++) {
				CountDownLatch started = new CountDownLatch(1);
				this.timer.schedule(() -> await(started), 0);
				AtomicBoolean go = new AtomicBoolean();
				Future<?> other = starter.submit(() -> {
					while (!go.get()) {
						Thread.onSpinWait();
					}
					this.repetition.start();
				});
				go.set(true);
				this.repetition.start();
				other.get(10, TimeUnit.SECONDS);
				started.countDown();
				awaitPlannedRuns();
				assertThat(this.runs).hasValue(round);
			}
		}
		finally {
			starter.shutdownNow();
		}
	}

	@Test
	void startOfOneThatIsAboutToEndIsNotForgotten() {
		AtomicBoolean late = new AtomicBoolean(true);
		this.need = () -> {
			boolean none = late.getAndSet(false);
			if (none) {
				this.repetition.start();
			}
			return !none && this.runs.get() < 2;
		};
		this.repetition.start();
		Awaitility.await().until(() -> this.runs.get() == 2);
	}

	@Test
	void endsWhenThereIsNoNeedAndCanBeStartedAgain() {
		this.repetition.start();
		Awaitility.await().until(() -> this.runs.get() == 1);
		awaitPlannedRuns();
		assertThat(this.runs).hasValue(1);
		this.repetition.start();
		Awaitility.await().until(() -> this.runs.get() == 2);
	}

	@Test
	void runThatFailsIsNotTheLast() {
		Repetition failing = new Repetition(this.timer, INTERVAL, () -> this.runs.get() < 2, () -> {
			this.runs.incrementAndGet();
			throw new IllegalStateException("run");
		});
		failing.start();
		Awaitility.await().until(() -> this.runs.get() == 2);
	}

	/**
	 * What was planned before this is run before it.
	 */
	private void awaitPlannedRuns() {
		CountDownLatch done = new CountDownLatch(1);
		this.timer.schedule(done::countDown, INTERVAL);
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

}
