package io.distributedlock.benchmarks.linearizability;

import java.time.Duration;
import java.util.Optional;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.memory.MemoryLockStore;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Lincheck looks at a counter that threads of one JVM read and write one higher under a
 * lock, while they queue up, pass the lock on and give up. It is linearizable if the lock
 * does what it is for.
 * <p>
 * This is here and not with the library because Lincheck brings Kotlin, which the library
 * must be tested without.
 */
public class LockedCounterIntegrationTests {

	private static final StressOptions OPTIONS = new StressOptions().threads(3)
		.actorsPerThread(4)
		.iterations(10)
		.invocationsPerIteration(200)
		.minimizeFailedScenario(false);

	@Test
	void counterUnderALockIsLinearizable() {
		OPTIONS.check(LockedCounter.class);
	}

	@Test
	void theSameCounterWithoutALockIsNot() {
		assertThatExceptionOfType(LincheckAssertionError.class).isThrownBy(() -> OPTIONS.check(UnlockedCounter.class));
	}

	/**
	 * The counter with the lock.
	 */
	public static class LockedCounter {

		private static final LockTemplate locks = new LockTemplate(new MemoryLockStore(), LockSettings.defaults());

		private static final LockSpec PATIENT = LockSpec.of("counter").withWaitTime(Duration.ofSeconds(20));

		private static final LockSpec IMPATIENT = PATIENT.withWaitTime(Duration.ofNanos(1));

		private int value;

		@Operation
		public int increment() {
			try (LockLease lease = locks.acquire(PATIENT)) {
				lease.ensureHeld();
				return ++this.value;
			}
		}

		@Operation
		public int incrementFairly() {
			try (LockLease lease = locks.acquire(PATIENT.withFair(true))) {
				lease.ensureHeld();
				return ++this.value;
			}
		}

		/**
		 * Comes and goes between the others.
		 */
		@Operation
		public void giveUp() {
			Optional<LockLease> lease = locks.tryAcquire(IMPATIENT);
			lease.ifPresent(LockLease::close);
		}

	}

	/**
	 * The counter as it would be if the lock did nothing.
	 */
	public static class UnlockedCounter {

		private int value;

		@Operation
		public int increment() {
			return ++this.value;
		}

	}

}
