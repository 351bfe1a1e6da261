package io.distributedlock.test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TestLocks}.
 */
@Timeout(30)
class TestLocksTests {

	private static final LockSpec ONCE = LockSpec.of("k").withWaitTime(Duration.ZERO);

	private final TestLocks locks = TestLocks.create();

	private final LockOperations operations = this.locks.operations();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void lockHeldElsewhereIsNotAcquiredUntilThatEnds() {
		try (Simulation other = this.locks.holdElsewhere("k")) {
			assertThat(this.locks.isHeld("k")).isTrue();
			assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.operations.acquire(ONCE))
				.withMessageContaining("another-application@another-host/1");
			other.close();
			other.close();
			assertThat(this.locks.isHeld("k")).isFalse();
		}
		this.operations.acquire(ONCE).close();
	}

	@Test
	void waiterGetsTheLockWhenItIsNotHeldElsewhereAnyMore() {
		Simulation other = this.locks.holdElsewhere("k");
		CompletableFuture<LockLease> waiter = this.operations.acquireAsync(LockSpec.of("k"));
		this.locks.awaitWaiter("k");
		assertThat(waiter).isNotDone();
		other.close();
		waiter.join().release();
	}

	@Test
	void lockOfTheApplicationCannotBeHeldElsewhere() {
		try (LockLease lease = this.operations.acquire(ONCE)) {
			assertThatIllegalStateException().isThrownBy(() -> this.locks.holdElsewhere("k"))
				.withMessageContaining("'k' is held already");
			assertThat(lease.isHeld()).isTrue();
		}
	}

	@Test
	void lostLockIsLostAtOnce() {
		LockLease lease = this.operations.acquire(ONCE);
		this.locks.lose("k");
		assertThat(lease.isHeld()).isFalse();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(this.operations::ensureNoneLost);
		assertThat(this.locks.isHeld("k")).isFalse();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
	}

	@Test
	void onlyALockOfTheApplicationCanBeLost() {
		assertThatIllegalStateException().isThrownBy(() -> this.locks.lose("k")).withMessageContaining("'k'");
		this.locks.holdElsewhere("k");
		assertThatIllegalStateException().isThrownBy(() -> this.locks.lose("k")).withMessageContaining("'k'");
		assertThat(this.locks.isHeld("k")).isTrue();
	}

	@Test
	void nothingIsAcquiredInAnOutage() {
		try (Simulation outage = this.locks.outage()) {
			assertThat(outage).isNotNull();
			assertThatExceptionOfType(LockStoreUnavailableException.class)
				.isThrownBy(() -> this.operations.acquire(ONCE))
				.withMessageContaining("the test simulates it");
		}
		this.operations.acquire(ONCE).close();
	}

	@Test
	void leaseIsLostInAnOutageThatIsTooLong() {
		LockLease lease = this.operations.acquire(ONCE.withTtl(Duration.ofMillis(100)));
		this.locks.outage();
		Awaitility.await().until(() -> !lease.isHeld());
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
	}

	@Test
	void awaitingAWaiterThatDoesNotComeFails() {
		LockLease lease = this.operations.acquire(ONCE);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.locks.awaitWaiter("k"))
			.withMessage("Nobody waits for lock 'k'");
		lease.close();
	}

	@Test
	void lockThatIsLeftHeldIsReported() {
		LockLease lease = this.operations.acquire(ONCE.withName("orders"));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this.locks::verifyNoneHeld)
			.withMessageContaining("'k' (name 'orders', thread '" + Thread.currentThread().getName() + "'");
		lease.close();
		this.locks.verifyNoneHeld();
	}

	@Test
	void lockThatIsReleasedInTheBackgroundSoonIsFine() {
		LockLease lease = this.operations.acquireAsync(ONCE).join();
		CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(lease::release);
		this.locks.verifyNoneHeld();
		assertThat(this.locks.isHeld("k")).isFalse();
	}

	@Test
	void locksThatOthersHoldAreNotOfTheApplication() {
		this.locks.holdElsewhere("k");
		this.locks.verifyNoneHeld();
	}

	@Test
	void locksHeldBeforeTheTestBeganAreNotOfTheTest() {
		LockLease before = this.operations.acquire(LockSpec.of("leader"));
		this.locks.begin();
		assertThat(before.isHeld()).isTrue();
		this.locks.verifyNoneHeld();
		this.locks.end();
		assertThat(before.isHeld()).isTrue();
		before.close();
	}

	@Test
	void testBeginsWithNothingThatWasSimulatedOrLeftInTheStore() {
		this.locks.holdElsewhere("k");
		this.locks.outage();
		this.locks.begin();
		this.operations.acquire(ONCE).close();
	}

	@Test
	void testThatLeavesALockHeldFailsAndTheNextIsNotAffected() {
		LockLease left = this.operations.acquire(ONCE);
		this.locks.holdElsewhere("other");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this.locks::end).withMessageContaining("'k'");
		assertThat(left.isHeld()).isFalse();
		this.locks.begin();
		assertThat(this.locks.isHeld("k") || this.locks.isHeld("other")).isFalse();
		this.operations.ensureNoneLost();
		this.operations.acquire(ONCE).close();
		this.locks.end();
	}

}
