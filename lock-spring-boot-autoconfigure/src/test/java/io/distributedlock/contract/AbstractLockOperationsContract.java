package io.distributedlock.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockAlreadyHeldException;
import io.distributedlock.LockClosedException;
import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.testsupport.FencingOracle;
import io.distributedlock.testsupport.Oracle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The contract of {@link LockOperations} on any store. A store takes part by a subclass
 * that creates it.
 */
public abstract class AbstractLockOperationsContract extends AbstractAsyncLockOperationsContract {

	@Test
	void leaseIsHeldUntilItIsReleased() {
		LockLease lease = this.here.acquire(this.spec.withName("orders"));
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.key()).isEqualTo(this.key);
		assertThat(lease.name()).isEqualTo("orders");
		assertThat(lease.fencingToken()).isPositive();
		assertThat(lease.remainingValidity()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
		lease.ensureHeld();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(lease.isHeld()).isFalse();
		assertThat(lease.remainingValidity()).isZero();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lease::ensureHeld)
			.withMessageContaining("'" + this.key + "'")
			.withMessageContaining("released");
	}

	@Test
	void lockIsFreeForEverybodyWhenASynchronousReleaseReturns() {
		for (int i = 0; i < 100; i++) {
			this.here.acquire(this.spec).close();
			this.there.acquire(this.spec).close();
		}
	}

	@Test
	void lockHeldElsewhereIsNotAcquiredAndTheErrorNamesTheHolder() {
		try (LockLease held = this.there.acquire(this.spec)) {
			assertThat(this.here.tryAcquire(this.spec)).isEmpty();
			assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.here.acquire(this.spec))
				.withMessageContaining("'" + this.key + "'")
				.satisfies((ex) -> {
					assertThat(ex.getKey()).isEqualTo(this.key);
					assertThat(ex.getHolder().application()).isEqualTo("there");
					assertThat(ex.getHolder().pid()).isEqualTo(ProcessHandle.current().pid());
					assertThat(ex.getHolder().host()).isNotBlank();
					assertThat(ex.getWaited()).isLessThan(Duration.ofSeconds(1));
				});
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(this.here.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void errorSaysSinceWhenTheLockIsHeldIfTheStoreKnows() throws Exception {
		Instant before = Instant.now();
		try (LockLease held = this.there.acquire(this.spec)) {
			Instant after = Instant.now();
			Awaitility.await().pollDelay(Duration.ofMillis(300)).until(held::isHeld);
			assertThatExceptionOfType(LockNotAcquiredException.class)
				.isThrownBy(() -> this.here.acquire(this.spec.withWaitTime(Duration.ofMillis(300))))
				.satisfies((ex) -> {
					if (knowsHoldTimes()) {
						assertThat(ex.getHolder().since()).isBetween(before.minusSeconds(1), after.plusSeconds(1));
						assertThat(ex).hasMessageContaining(" since " + ex.getHolder().since());
					}
					else {
						assertThat(ex.getHolder().since()).isNull();
						assertThat(ex).hasMessageContaining("it is not known since when");
					}
				});
		}
	}

	/**
	 * Whether the store can tell for how long a lock has been held.
	 */
	protected boolean knowsHoldTimes() {
		return true;
	}

	@Test
	void otherThreadOfTheSameInstanceIsExcluded() throws Exception {
		try (LockLease held = this.here.acquire(this.spec)) {
			assertThat(inOtherThread(() -> this.here.tryAcquire(this.spec))).isEmpty();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void waiterGetsTheLockSoonAfterItsRelease() throws Exception {
		LockLease held = this.there.acquire(this.spec);
		Future<LockLease> waiter = this.threads
			.submit(() -> this.here.acquire(this.spec.withWaitTime(Duration.ofSeconds(20))));
		awaitAcquisitions(2);
		assertThat(waiter).isNotDone();
		held.close();
		LockLease lease = waiter.get(2, TimeUnit.SECONDS);
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.fencingToken()).isGreaterThan(held.fencingToken());
		lease.close();
	}

	@Test
	void waiterGetsTheLockWhenTheLeaseOfACrashedHolderEnds() {
		this.there.acquire(this.spec.withTtl(Duration.ofMillis(500)).withRenew(false));
		long start = System.nanoTime();
		LockLease lease = this.here.acquire(this.spec.withWaitTime(Duration.ofSeconds(10)));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
		lease.close();
	}

	@Test
	void waiterGivesUpWhenItsWaitTimeIsOver() {
		try (LockLease held = this.there.acquire(this.spec)) {
			Duration waitTime = Duration.ofMillis(300);
			long start = System.nanoTime();
			assertThat(this.here.tryAcquire(this.spec.withWaitTime(waitTime))).isEmpty();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(waitTime, waitTime.plusSeconds(2));
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void interruptedWaiterLeavesNothingBehindAndKeepsItsInterruptFlag() throws Exception {
		LockLease held = this.there.acquire(this.spec);
		AtomicReference<Thread> thread = new AtomicReference<>();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Future<Boolean> waiter = this.threads.submit(() -> {
			thread.set(Thread.currentThread());
			try {
				this.here.acquire(this.spec.withWaitTime(Duration.ofSeconds(20)));
			}
			catch (Throwable ex) {
				thrown.set(ex);
			}
			return Thread.interrupted();
		});
		awaitAcquisitions(1);
		thread.get().interrupt();
		assertThat(waiter.get(2, TimeUnit.SECONDS)).as("interrupt flag").isTrue();
		assertThat(thrown.get()).isInstanceOf(LockInterruptedException.class).hasMessageContaining(this.key);
		held.close();
		assertFreeFor(Duration.ofMillis(200));
	}

	@Test
	void interruptedThreadAcquiresNothing() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(LockInterruptedException.class).isThrownBy(() -> this.here.acquire(this.spec));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.counted.acquisitions()).isZero();
	}

	@Test
	void interruptedThreadReleasesBeforeItReturnsAndKeepsItsFlag() {
		LockLease lease = this.here.acquire(this.spec);
		Thread.currentThread().interrupt();
		ReleaseOutcome outcome = lease.release();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(outcome).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void sameThreadEntersAgainWithoutACommandAndTheOutermostReleaseFreesTheLock() {
		LockLease outer = this.here.acquire(this.spec);
		long commands = this.counted.commands();
		LockLease middle = this.here.acquire(this.spec.withTtl(Duration.ofMillis(100)));
		Optional<LockLease> inner = this.here.tryAcquire(this.spec);
		assertThat(inner).isPresent();
		assertThat(inner.get().fencingToken()).isEqualTo(outer.fencingToken());
		assertThat(middle.remainingValidity()).isGreaterThan(Duration.ofSeconds(5));
		assertThat(inner.get().release()).isEqualTo(ReleaseOutcome.STILL_HELD);
		assertThat(inner.get().isHeld()).isFalse();
		middle.close();
		middle.close();
		assertThat(this.counted.commands()).isEqualTo(commands);
		assertThat(outer.isHeld()).isTrue();
		assertThat(this.there.tryAcquire(this.spec)).isEmpty();
		assertThat(outer.release()).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void nestedLocksOfDifferentKeysAreIndependent() {
		LockSpec other = LockSpec.of(this.key + "-other").withWaitTime(Duration.ZERO);
		LockLease outer = this.here.acquire(this.spec);
		LockLease inner = this.here.acquire(other);
		outer.close();
		assertThat(inner.isHeld()).isTrue();
		assertThat(this.there.tryAcquire(other)).isEmpty();
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
		inner.close();
		assertThat(this.there.tryAcquire(other)).isPresent();
	}

	@Test
	void nestedLocksWhoseKeysHaveTheSameHashAreIndependent() {
		List<LockSpec> specs = Stream.of("Aa", "BB", "C#")
			.map((suffix) -> LockSpec.of(this.key + suffix).withWaitTime(Duration.ZERO))
			.toList();
		assertThat(specs.stream().map((spec) -> spec.key().hashCode()).distinct()).hasSize(1);
		List<LockLease> leases = specs.stream().map(this.here::acquire).toList();
		for (int i : new int[] { 1, 0, 2 }) {
			assertThat(this.there.tryAcquire(specs.get(i))).as("lock %d while it is held", i).isEmpty();
			leases.get(i).close();
			assertThat(this.there.tryAcquire(specs.get(i))).as("lock %d after its release", i).isPresent();
		}
	}

	@Test
	void leaseCanBeReleasedByAnotherThread() throws Exception {
		LockLease lease = this.here.acquire(this.spec);
		assertThat(inOtherThread(lease::release)).isEqualTo(ReleaseOutcome.RELEASED);
		LockLease again = this.here.acquire(this.spec);
		assertThat(again.fencingToken()).isGreaterThan(lease.fencingToken());
		again.close();
	}

	@Test
	void secondReleaseDoesNothing() {
		LockLease lease = this.here.acquire(this.spec);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		LockLease next = this.there.acquire(this.spec);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		lease.close();
		assertThat(next.isHeld()).isTrue();
		assertThat(this.here.tryAcquire(this.spec)).isEmpty();
		next.close();
	}

	@Test
	void leaseIsRenewedForAsLongAsItIsHeld() {
		LockSpec brief = this.spec.withTtl(Duration.ofMillis(600));
		LockLease lease = this.here.acquire(brief);
		assertBusyFor(Duration.ofMillis(1500));
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		long renewals = this.counted.renewals();
		assertFreeFor(Duration.ofMillis(300));
		assertThat(this.counted.renewals()).as("renewals after the release").isEqualTo(renewals);
	}

	@Test
	void leaseWithoutRenewalIsLostWhenItsTimeIsOver() {
		LockLease lease = this.here.acquire(this.spec.withTtl(Duration.ofMillis(200)).withRenew(false));
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
		assertThat(this.counted.renewals()).isZero();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lease::ensureHeld).withMessageContaining("lost");
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> this.here.acquire(this.spec))
			.withMessageContaining("'" + this.key + "'");
		LockLease next = this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(2)));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(next.isHeld()).isTrue();
		assertThat(this.here.tryAcquire(this.spec)).isEmpty();
		next.close();
	}

	@Test
	void threadKnowsWhetherItHasLostOneOfTheLocksThatItHolds() throws Exception {
		this.here.ensureNoneLost();
		LockLease outer = this.here.acquire(LockSpec.of(this.key + "-outer"));
		LockLease lease = this.here.acquire(this.spec.withTtl(Duration.ofMillis(150)).withRenew(false));
		this.here.ensureNoneLost();
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
		assertThatExceptionOfType(LockLostException.class).isThrownBy(this.here::ensureNoneLost)
			.withMessageContaining("'" + this.key + "'")
			.satisfies((ex) -> assertThat(ex.getKey()).isEqualTo(this.key));
		this.threads.submit(this.here::ensureNoneLost).get();
		lease.release();
		this.here.ensureNoneLost();
		this.threads.submit(outer::release).get();
		this.here.ensureNoneLost();
	}

	@Test
	void lockThatStoppingHasReleasedIsLostForItsHolder() {
		LockLease lease = this.here.acquire(this.spec);
		this.here.stop();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(this.here::ensureNoneLost)
			.withMessageContaining("'" + this.key + "'");
		lease.release();
		this.here.ensureNoneLost();
	}

	@Test
	void leaseIsRenewedUntilItsLongestHoldIsOverAndThenLost() throws Exception {
		Duration maxHold = Duration.ofMillis(1000);
		AtomicReference<Duration> lostAfter = new AtomicReference<>();
		long start = System.nanoTime();
		LockLease lease = this.here.acquire(this.spec.withTtl(Duration.ofMillis(600)).withMaxHold(maxHold));
		lease.onLost((lost) -> lostAfter.set(Duration.ofNanos(System.nanoTime() - start)));
		LockLease next = this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(5)));
		Duration waited = Duration.ofNanos(System.nanoTime() - start);
		assertThat(lease.isHeld()).isFalse();
		assertThat(waited).isBetween(maxHold.minusMillis(50), maxHold.plusSeconds(3));
		Awaitility.await().until(() -> lostAfter.get() != null);
		assertThat(lostAfter.get()).isBetween(maxHold.minusMillis(50), maxHold.plusSeconds(3));
		long renewals = this.counted.renewals();
		assertThat(renewals).as("renewals").isBetween(2L, 100L);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(next.isHeld()).isTrue();
		next.close();
	}

	@Test
	void leaseIsNotGivenForLongerThanItsLongestHold() {
		LockLease lease = this.here
			.acquire(this.spec.withTtl(Duration.ofSeconds(10)).withMaxHold(Duration.ofMillis(400)));
		assertThat(lease.remainingValidity()).isLessThan(Duration.ofMillis(400));
		this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(3))).close();
		assertThat(lease.isHeld()).isFalse();
		assertThat(this.counted.renewals()).isZero();
	}

	@Test
	void longestHoldHasADefault() throws Exception {
		LockSettings settings = new LockSettings("capped", Duration.ofSeconds(10), Duration.ofSeconds(5), true,
				Duration.ofMillis(400), ReleaseMode.SYNC, Duration.ofSeconds(1), Duration.ofSeconds(2), 32);
		LockTemplate capped = new LockTemplate(createStore(), settings);
		try {
			LockLease lease = capped.acquire(this.spec);
			assertThat(lease.remainingValidity()).isLessThan(Duration.ofMillis(400));
			LockSpec other = LockSpec.of(this.key + "-other");
			assertThat(capped.acquire(other.withMaxHold(Duration.ofSeconds(8))).remainingValidity())
				.isGreaterThan(Duration.ofSeconds(5));
			assertThat(capped.acquire(LockSpec.of(this.key + "-kept").withMinHold(Duration.ofSeconds(1))).isHeld())
				.isTrue();
			this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(3))).close();
		}
		finally {
			capped.stop();
		}
	}

	@Test
	void extensionBeyondTheLongestHoldIsRefused() {
		LockLease lease = this.here
			.acquire(this.spec.withTtl(Duration.ofSeconds(1)).withMaxHold(Duration.ofSeconds(20)));
		assertThat(lease.extend(Duration.ofSeconds(30))).isFalse();
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.remainingValidity()).isLessThan(Duration.ofSeconds(2));
		assertThat(lease.extend(Duration.ofSeconds(15))).isTrue();
		assertThat(lease.remainingValidity()).isGreaterThan(Duration.ofSeconds(10));
		lease.close();
	}

	@Test
	void lockIsKeptForItsShortestHoldWithoutBlockingItsHolder() throws Exception {
		Duration minHold = Duration.ofMillis(1000);
		long start = System.nanoTime();
		LockLease lease = this.here.acquire(this.spec.withMinHold(minHold));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.KEPT);
		assertThat(lease.isHeld()).isFalse();
		assertThat(this.here.tryAcquire(this.spec)).as("the same thread").isEmpty();
		assertThat(inOtherThread(() -> this.here.tryAcquire(this.spec))).as("another thread").isEmpty();
		assertThat(this.there.tryAcquire(this.spec)).as("another instance").isEmpty();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(minHold);
		LockLease next = this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(5)));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(minHold, minHold.plusSeconds(3));
		assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
		next.close();
	}

	@Test
	void shortestHoldIsKeptEvenIfTheTimeToLiveIsShorter() {
		Duration minHold = Duration.ofMillis(900);
		long start = System.nanoTime();
		LockSpec kept = this.spec.withTtl(Duration.ofMillis(200)).withRenew(false).withMinHold(minHold);
		assertThat(this.here.acquire(kept).release()).isEqualTo(ReleaseOutcome.KEPT);
		this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(5))).close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(minHold.minusMillis(20),
				minHold.plusSeconds(3));
	}

	@Test
	void shortestHoldOutlivesTheInstance() {
		Duration minHold = Duration.ofMillis(1200);
		long start = System.nanoTime();
		LockSpec kept = this.spec.withTtl(Duration.ofMillis(200)).withMinHold(minHold);
		this.here.acquire(kept).close();
		this.here.acquire(LockSpec.of(this.key + "-held").withTtl(Duration.ofMillis(200)).withMinHold(minHold));
		this.here.stop();
		assertThat(this.there.tryAcquire(LockSpec.of(this.key + "-held").withWaitTime(Duration.ZERO))).isEmpty();
		this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(5))).close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(minHold.minusMillis(20),
				minHold.plusSeconds(3));
	}

	@Test
	void lockThatWasHeldForLongerThanItsShortestHoldIsFreeAtOnce() {
		LockLease lease = this.here.acquire(this.spec.withMinHold(Duration.ofMillis(200)));
		Awaitility.await().pollDelay(Duration.ofMillis(220)).until(lease::isHeld);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void lockIsKeptAlsoFromThreadsThatWaitInTheSameInstance() throws Exception {
		LockSpec kept = this.spec.withMinHold(Duration.ofMillis(600)).withWaitTime(Duration.ofSeconds(5));
		long start = System.nanoTime();
		LockLease held = this.here.acquire(kept);
		Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(kept));
		awaitAcquisitions(2);
		held.close();
		LockLease next = waiter.get(5, TimeUnit.SECONDS);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(600),
				Duration.ofSeconds(4));
		next.close();
	}

	@Test
	void lockThatIsNotReentrantIsNotEnteredAgain() throws Exception {
		LockSpec once = this.spec.withReentrant(false).withWaitTime(Duration.ofSeconds(5));
		LockLease outer = this.here.acquire(once);
		long start = System.nanoTime();
		for (LockSpec inner : List.of(once, this.spec)) {
			assertThatExceptionOfType(LockAlreadyHeldException.class).isThrownBy(() -> this.here.acquire(inner))
				.withMessageContaining("'" + this.key + "'")
				.satisfies((ex) -> assertThat(ex.getKey()).isEqualTo(this.key));
			assertThatExceptionOfType(LockAlreadyHeldException.class).isThrownBy(() -> this.here.tryAcquire(inner));
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
		assertThat(inOtherThread(() -> this.here.tryAcquire(once.withWaitTime(Duration.ZERO)))).isEmpty();
		assertThat(outer.isHeld()).isTrue();
		assertThat(outer.release()).isEqualTo(ReleaseOutcome.RELEASED);
		LockLease reentrant = this.here.acquire(this.spec);
		assertThatExceptionOfType(LockAlreadyHeldException.class).isThrownBy(() -> this.here.acquire(once));
		assertThat(reentrant.release()).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void severalLocksAreHeldTogetherInTheOrderOfTheirKeysWithoutDuplicates() {
		List<LockSpec> specs = several("c", "a", "b", "a");
		try (LockLeases leases = this.here.acquireAll(specs)) {
			assertThat(leases).extracting(LockLease::key)
				.containsExactly(this.key + "-a", this.key + "-b", this.key + "-c");
			assertThat(leases.isHeld()).isTrue();
			assertThat(specs).allSatisfy((each) -> assertThat(this.there.tryAcquire(each)).isEmpty());
		}
		assertFree(specs);
		assertThatIllegalArgumentException().isThrownBy(() -> this.here.acquireAll(List.of()));
	}

	@Test
	void noneOfSeveralLocksIsHeldIfOneIsNotAcquired() {
		List<LockSpec> specs = several("a", "b", "c");
		LockLease held = this.there.acquire(specs.get(1));
		assertThat(this.here.tryAcquireAll(specs)).isEmpty();
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.here.acquireAll(specs))
			.satisfies((ex) -> {
				assertThat(ex.getKey()).isEqualTo(this.key + "-b");
				assertThat(ex.getHolder().application()).isEqualTo("there");
			});
		held.close();
		assertFree(specs);
		try (LockLeases leases = this.here.tryAcquireAll(specs).orElseThrow()) {
			assertThat(leases.isHeld()).isTrue();
		}
		assertFree(specs);
	}

	@Test
	void ofSeveralLocksThoseThatWereAcquiredAreNotKeptIfOneIsNot() {
		List<LockSpec> specs = several("a", "b");
		LockLease held = this.there.acquire(specs.get(1));
		assertThat(this.here.tryAcquireAll(withMinHold(specs))).isEmpty();
		assertFree(specs.subList(0, 1));
		held.close();
	}

	@Test
	void lockThatWasEnteredAgainInVainIsHeldAndKeptAsIfItHadNotBeen() {
		List<LockSpec> specs = several("a", "b");
		LockLease held = this.there.acquire(specs.get(1));
		LockLease outer = this.here.acquire(withMinHold(specs).get(0));
		assertThat(this.here.tryAcquireAll(withMinHold(specs))).isEmpty();
		assertThat(outer.isHeld()).isTrue();
		assertThat(this.there.tryAcquire(specs.get(0))).as("while it is held").isEmpty();
		assertThat(outer.release()).isEqualTo(ReleaseOutcome.KEPT);
		assertThat(this.there.tryAcquire(specs.get(0))).as("while it is kept").isEmpty();
		held.close();
	}

	@Test
	void severalLocksAreAcquiredWithinOneWaitTime() throws Exception {
		LockSettings patient = new LockSettings("patient", Duration.ofSeconds(10), Duration.ofMillis(1200), true,
				ReleaseMode.SYNC, Duration.ofSeconds(1), Duration.ofSeconds(2), 32);
		LockTemplate template = new LockTemplate(createStore(), patient);
		try {
			for (Duration waitTime : Arrays.asList(Duration.ofMillis(1200), null)) {
				List<LockSpec> specs = several("a", "b", "c").stream()
					.map((each) -> each.withWaitTime(waitTime))
					.toList();
				LockLease held = this.there.acquire(specs.get(1));
				LockLease first = this.there.acquire(specs.get(0));
				this.interrupter.schedule(() -> first.close(), 800, TimeUnit.MILLISECONDS);
				long start = System.nanoTime();
				assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> template.acquireAll(specs))
					.satisfies((ex) -> {
						assertThat(ex.getKey()).isEqualTo(this.key + "-b");
						assertThat(ex.getWaited()).isGreaterThanOrEqualTo(Duration.ofMillis(1190));
					});
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(1190),
						Duration.ofMillis(1950));
				held.close();
			}
		}
		finally {
			template.stop();
		}
	}

	@Test
	void threadsThatWantTheSameLocksInDifferentOrderDoNotDeadlock() throws Exception {
		List<LockSpec> ab = several("a", "b").stream()
			.map((each) -> each.withWaitTime(Duration.ofSeconds(30)))
			.toList();
		List<LockSpec> ba = List.of(ab.get(1), ab.get(0));
		Oracle oracle = new Oracle();
		List<Future<?>> workers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			LockTemplate instance = (i % 2 != 0) ? this.here : this.there;
			List<LockSpec> specs = (i < 2) ? ab : ba;
			workers.add(this.threads.submit(() -> {
				for (int round = 0; round < 100; round++) {
					try (LockLeases leases = instance.acquireAll(specs)) {
						oracle.enter();
						leases.ensureHeld();
						oracle.exit();
					}
				}
			}));
		}
		for (Future<?> worker : workers) {
			worker.get(50, TimeUnit.SECONDS);
		}
		assertThat(oracle.maxHolders()).isEqualTo(1);
		assertFree(ab);
	}

	@Test
	void interruptAtAnyStepOfSeveralLocksLeavesNothingBehind() throws Exception {
		List<LockSpec> specs = several("a", "b", "c", "d");
		List<LockSpec> patient = specs.stream().map((each) -> each.withWaitTime(Duration.ofSeconds(10))).toList();
		LockLease last = this.there.acquire(specs.get(3));
		AtomicInteger interrupted = new AtomicInteger();
		for (int i = 0; i < 100; i++) {
			long delay = ThreadLocalRandom.current().nextLong(3_000);
			Thread thread = new Thread(() -> {
				try {
					this.here.acquireAll(patient).close();
				}
				catch (LockInterruptedException ex) {
					assertThat(Thread.currentThread().isInterrupted()).isTrue();
					interrupted.incrementAndGet();
				}
			});
			thread.start();
			this.interrupter.schedule(thread::interrupt, delay, TimeUnit.MICROSECONDS);
			thread.join(5_000);
			assertThat(thread.isAlive()).isFalse();
			assertFree(specs.subList(0, 3));
		}
		assertThat(interrupted).hasValue(100);
		last.close();
		assertFree(specs);
	}

	private List<LockSpec> several(String... names) {
		return Stream.of(names).map((name) -> this.spec.withKey(this.key + "-" + name)).toList();
	}

	private void assertFree(List<LockSpec> specs) {
		for (LockSpec each : specs) {
			Awaitility.await()
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(2))
				.atMost(Duration.ofSeconds(2))
				.until(() -> {
					Optional<LockLease> lease = this.there.tryAcquire(each);
					lease.ifPresent(LockLease::close);
					return lease.isPresent();
				});
		}
	}

	@Test
	void currentLeaseIsTheInnermostOfTheThread() throws Exception {
		assertThat(LockLease.current()).isEmpty();
		LockLease outer = this.here.acquire(this.spec);
		assertThat(LockLease.current()).containsSame(outer);
		LockLease again = this.here.acquire(this.spec);
		assertThat(LockLease.current()).containsSame(again);
		LockLease inner = this.there.acquire(LockSpec.of(this.key + "-inner"));
		assertThat(LockLease.current()).containsSame(inner);
		assertThat(inOtherThread(LockLease::current)).isEmpty();
		again.close();
		assertThat(LockLease.current()).containsSame(inner);
		inner.close();
		assertThat(LockLease.current()).containsSame(outer);
		inOtherThread(outer::release);
		assertThat(LockLease.current()).isEmpty();
		this.here.execute(this.spec, (lease) -> {
			assertThat(LockLease.current()).containsSame(lease);
			return null;
		});
		assertThat(LockLease.current()).isEmpty();
	}

	@Test
	void extensionProlongsAndNeverShortens() {
		LockLease lease = this.here.acquire(this.spec.withTtl(Duration.ofSeconds(1)).withRenew(false));
		assertThat(lease.extend(Duration.ofSeconds(30))).isTrue();
		assertThat(lease.remainingValidity()).isGreaterThan(Duration.ofSeconds(25));
		assertThat(lease.extend(Duration.ofMillis(100))).isTrue();
		assertThat(lease.remainingValidity()).isGreaterThan(Duration.ofSeconds(25));
		lease.close();
		assertThat(lease.extend(Duration.ofSeconds(30))).isFalse();
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void extensionOfALostLeaseDoesNotTouchTheNextHolder() {
		LockLease lease = this.here.acquire(this.spec.withTtl(Duration.ofMillis(200)).withRenew(false));
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
		LockLease next = this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(2)));
		assertThat(lease.extend(Duration.ofSeconds(10))).isFalse();
		assertThat(next.isHeld()).isTrue();
		next.close();
		lease.close();
	}

	@Test
	void executeReturnsTheResultAndReleases() {
		String result = this.here.execute(this.spec, (lease) -> {
			assertThat(lease.isHeld()).isTrue();
			assertThat(this.there.tryAcquire(this.spec)).isEmpty();
			return "done";
		});
		assertThat(result).isEqualTo("done");
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void executePassesTheExceptionOfTheBodyUnchangedAndReleases() {
		Exception failure = new Exception("body");
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> this.here.execute(this.spec, (lease) -> {
			throw failure;
		})).isSameAs(failure);
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void asynchronousReleaseIsFollowedByTheNextAcquisitionOfThisInstance() throws Exception {
		LockTemplate async = new LockTemplate(createStore(), settings("async", ReleaseMode.ASYNC));
		try {
			for (int i = 0; i < 200; i++) {
				LockLease lease = async.acquire(this.spec);
				assertThat(lease.release()).isEqualTo(ReleaseOutcome.UNCONFIRMED);
			}
			LockLease lease = this.here.acquire(this.spec.withWaitTime(Duration.ofSeconds(2)));
			lease.close();
		}
		finally {
			async.stop();
		}
	}

	@Test
	void stoppedTemplateReleasesWhatItHoldsAndGivesNoMoreUntilItIsStartedAgain() {
		LockLease lease = this.here.acquire(this.spec);
		this.here.stop();
		assertThat(lease.isHeld()).isFalse();
		assertThat(this.there.tryAcquire(this.spec)).get().satisfies(LockLease::close);
		assertThatExceptionOfType(LockClosedException.class).isThrownBy(() -> this.here.acquire(this.spec))
			.withMessageContaining("'" + this.key + "'");
		this.here.start();
		this.here.acquire(this.spec).close();
		assertThat(lease.release()).isNotNull();
	}

	@Test
	void stopEndsTheWaitOfAWaiter() throws Exception {
		LockLease held = this.there.acquire(this.spec);
		Future<?> waiter = this.threads.submit(() -> this.here.acquire(this.spec.withWaitTime(Duration.ofSeconds(20))));
		awaitAcquisitions(1);
		this.here.stop();
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(waiter::isDone);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(waiter::get)
			.withCauseInstanceOf(LockClosedException.class);
		held.close();
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void releaseHandsTheLockOverToAWaiterOfAnotherInstanceLongBeforeItAsksAgain() throws Exception {
		makeReadyToQueue();
		LockSpec patient = this.spec.withTtl(Duration.ofSeconds(60)).withWaitTime(Duration.ofSeconds(20));
		for (int i = 0; i < 20; i++) {
			LockLease held = this.there.acquire(patient);
			long before = this.counted.commands();
			Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(patient));
			Awaitility.await().until(() -> this.counted.commands() > before);
			held.close();
			LockLease lease = waiter.get(2, TimeUnit.SECONDS);
			assertThat(lease.fencingToken()).isGreaterThan(held.fencingToken());
			lease.close();
		}
	}

	@Test
	void answersThatComeAfterTheGrantTakeNothingFromTheHolder() throws Exception {
		LockSpec patient = this.spec.withWaitTime(Duration.ofSeconds(20));
		whileAllWaitersAskAgainAndAgain(() -> {
			for (int i = 0; i < 200; i++) {
				LockLease held = this.there.acquire(patient);
				long before = this.counted.acquisitions();
				Future<ReleaseOutcome> waiter = this.threads.submit(() -> this.here.acquire(patient).release());
				awaitAcquisitions((int) before + 2);
				assertThat(held.release()).isEqualTo(ReleaseOutcome.RELEASED);
				assertThat(waiter.get(20, TimeUnit.SECONDS)).as("waiter %d", i).isEqualTo(ReleaseOutcome.RELEASED);
			}
		});
	}

	@Test
	void answersThatComeAfterTheGrantDoNotFreeALockThatIsKept() throws Exception {
		LockSpec patient = this.spec.withWaitTime(Duration.ofSeconds(20));
		LockSpec kept = patient.withMinHold(Duration.ofMillis(200));
		whileAllWaitersAskAgainAndAgain(() -> {
			for (int i = 0; i < 10; i++) {
				LockLease held = this.there.acquire(patient);
				long before = this.counted.acquisitions();
				Future<ReleaseOutcome> waiter = this.threads.submit(() -> this.here.acquire(kept).release());
				awaitAcquisitions((int) before + 2);
				long start = System.nanoTime();
				held.close();
				assertThat(waiter.get(20, TimeUnit.SECONDS)).isEqualTo(ReleaseOutcome.KEPT);
				this.there.acquire(patient).close();
				assertThat(Duration.ofNanos(System.nanoTime() - start)).as("round %d", i)
					.isGreaterThanOrEqualTo(Duration.ofMillis(195));
			}
		});
	}

	/**
	 * Have questions under way when grants arrive.
	 */
	private void whileAllWaitersAskAgainAndAgain(ThrowingRunnable action) throws Exception {
		AtomicBoolean done = new AtomicBoolean();
		Future<?> asking = this.threads.submit(() -> {
			while (!done.get()) {
				this.counted.missed();
				LockSupport.parkNanos(50_000);
			}
		});
		try {
			action.run();
		}
		finally {
			done.set(true);
		}
		asking.get(5, TimeUnit.SECONDS);
	}

	@Test
	void threadsOfOneInstancePassTheLockOnInTheOrderOfTheirArrivalWithoutACommand() throws Exception {
		LockSpec patient = this.spec.withWaitTime(Duration.ofSeconds(20));
		LockLease held = this.here.acquire(patient);
		long commands = this.counted.commands();
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		List<Thread> waiters = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			int number = i;
			Thread thread = new Thread(() -> {
				try (LockLease lease = this.here.acquire(patient)) {
					order.add(number);
					tokens.add(lease.fencingToken());
				}
			});
			thread.start();
			waiters.add(thread);
			Awaitility.await()
				.pollInterval(Duration.ofMillis(1))
				.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		}
		held.close();
		for (Thread waiter : waiters) {
			waiter.join(5_000);
		}
		assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
		assertThat(tokens).isSorted().doesNotHaveDuplicates();
		assertThat(tokens.get(0)).isGreaterThan(held.fencingToken());
		assertThat(this.counted.commands() - commands).as("commands until the lock is free").isLessThanOrEqualTo(3);
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void waiterOfAnotherInstanceIsNotKeptWaitingByThreadsThatPassTheLockOn() throws Exception {
		LockSpec patient = this.spec.withWaitTime(Duration.ofSeconds(20));
		AtomicBoolean stop = new AtomicBoolean();
		CountDownLatch started = new CountDownLatch(4);
		List<Future<?>> hammering = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			hammering.add(this.threads.submit(() -> {
				this.here.acquire(patient).close();
				started.countDown();
				while (!stop.get()) {
					this.here.acquire(patient).close();
				}
			}));
		}
		try {
			assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
			for (int i = 0; i < 10; i++) {
				LockLease lease = this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(3)));
				lease.close();
			}
		}
		finally {
			stop.set(true);
		}
		for (Future<?> each : hammering) {
			each.get(5, TimeUnit.SECONDS);
		}
	}

	@Test
	void fairLockIsGivenInTheOrderOfArrivalAcrossInstances() throws Exception {
		makeReadyToQueue();
		LockSpec fair = this.spec.withWaitTime(Duration.ofSeconds(20)).withFair(true);
		LockLease held = this.there.acquire(fair);
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		List<Future<?>> waiters = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			int number = i;
			LockTemplate instance = (i % 2 != 0) ? this.here : this.there;
			long answers = answers();
			waiters.add(this.threads.submit(() -> {
				try (LockLease lease = instance.acquire(fair)) {
					order.add(number);
					lease.ensureHeld();
				}
			}));
			Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> answers() > answers);
		}
		held.close();
		for (Future<?> waiter : waiters) {
			waiter.get(5, TimeUnit.SECONDS);
		}
		assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
	}

	private long answers() {
		return this.counted.answers() + this.countedThere.answers();
	}

	@Test
	void waiterThatGaveUpDoesNotKeepTheLock() throws Exception {
		makeReadyToQueue();
		LockLease held = this.there.acquire(this.spec);
		assertThat(this.here.tryAcquire(this.spec.withWaitTime(Duration.ofMillis(100)))).isEmpty();
		held.close();
		// What is handed to it before the store knows is given back
		LockLease next = this.there.acquire(this.spec.withWaitTime(Duration.ofSeconds(2)));
		next.close();
		assertFreeFor(Duration.ofMillis(100));
	}

	@Test
	void threadsWhoseHolderLostTheLeaseGoOnWithoutIt() throws Exception {
		LockSpec hard = this.spec.withTtl(Duration.ofMillis(300)).withRenew(false);
		LockLease lost = this.here.acquire(hard);
		Future<LockLease> waiter = this.threads
			.submit(() -> this.here.acquire(hard.withWaitTime(Duration.ofSeconds(10))));
		LockLease lease = waiter.get(3, TimeUnit.SECONDS);
		assertThat(lost.isHeld()).isFalse();
		assertThat(lease.fencingToken()).isGreaterThan(lost.fencingToken());
		assertThat(lost.release()).isEqualTo(ReleaseOutcome.LOST);
	}

	@Test
	void neverTwoHoldersAndTokensRiseWhenThreadsOfTwoInstancesWaitGiveUpAndAreInterrupted() throws Exception {
		Oracle oracle = new Oracle();
		FencingOracle fencing = new FencingOracle();
		long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
		List<Future<Integer>> all = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			LockTemplate instance = (i % 2 != 0) ? this.here : this.there;
			boolean fair = i >= 6;
			all.add(this.threads.submit(() -> contend(instance, fair, end, oracle, fencing)));
		}
		int acquired = 0;
		for (Future<Integer> each : all) {
			acquired += each.get(30, TimeUnit.SECONDS);
		}
		assertThat(acquired).isGreaterThan(50);
		assertThat(oracle.maxHolders()).isEqualTo(1);
		fencing.verify();
		assertFreeFor(Duration.ofMillis(50));
	}

	private int contend(LockTemplate instance, boolean fair, long end, Oracle oracle, FencingOracle fencing) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		int acquired = 0;
		while (System.nanoTime() - end < 0) {
			LockSpec each = this.spec.withFair(fair).withWaitTime(Duration.ofMillis(random.nextInt(30)));
			if (random.nextInt(10) == 0) {
				Thread thread = Thread.currentThread();
				this.interrupter.schedule(thread::interrupt, random.nextInt(20_000), TimeUnit.MICROSECONDS);
			}
			try {
				Optional<LockLease> lease = instance.tryAcquire(each);
				if (lease.isPresent()) {
					acquired++;
					oracle.enter();
					fencing.enter(lease.get().fencingToken());
					oracle.exit();
					lease.get().close();
				}
			}
			catch (LockInterruptedException ex) {
				assertThat(Thread.currentThread().isInterrupted()).isTrue();
			}
			Thread.interrupted();
		}
		return acquired;
	}

	@Test
	void badInputIsRefusedAndReachesNoStore() {
		assertThatExceptionOfType(InvalidLockKeyException.class).isThrownBy(() -> LockSpec.of(null));
		assertThatExceptionOfType(InvalidLockKeyException.class).isThrownBy(() -> LockSpec.of(" \t"));
		assertThatExceptionOfType(InvalidLockKeyException.class)
			.isThrownBy(() -> LockSpec.of("x".repeat(LockSpec.MAX_KEY_LENGTH + 1)));
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.withTtl(Duration.ofMillis(99)));
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.withTtl(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.withWaitTime(Duration.ofMillis(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.withWaitTime(Duration.ofDays(366)));
		LockLease lease = this.here.acquire(this.spec);
		long commands = this.counted.commands();
		assertThatIllegalArgumentException().isThrownBy(() -> lease.extend(Duration.ZERO));
		assertThat(this.counted.commands()).isEqualTo(commands);
		lease.close();
	}

	@Test
	void noTwoThreadsAreInsideAtOnceAndNoUpdateIsLost() throws Exception {
		int threadCount = 16;
		int rounds = 30;
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		int[] unprotected = new int[1];
		List<Long> tokens = new ArrayList<>();
		CountDownLatch start = new CountDownLatch(1);
		List<Future<?>> workers = new ArrayList<>();
		for (int i = 0; i < threadCount; i++) {
			LockOperations operations = (i % 2 != 0) ? this.here : this.there;
			workers.add(this.threads.submit(() -> {
				start.await();
				for (int round = 0; round < rounds; round++) {
					operations.execute(this.spec.withWaitTime(Duration.ofSeconds(50)), (lease) -> {
						if (inside.incrementAndGet() != 1) {
							overlaps.incrementAndGet();
						}
						int read = unprotected[0];
						tokens.add(lease.fencingToken());
						Thread.yield();
						unprotected[0] = read + 1;
						inside.decrementAndGet();
						return null;
					});
				}
				return null;
			}));
		}
		start.countDown();
		for (Future<?> worker : workers) {
			worker.get(55, TimeUnit.SECONDS);
		}
		assertThat(overlaps).hasValue(0);
		assertThat(unprotected[0]).isEqualTo(threadCount * rounds);
		assertThat(tokens).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void lockReleasedByForceIsLostSoonAndNotResurrected() throws Exception {
		LockLease lease = this.here.acquire(this.spec);
		forceRelease();
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lease::ensureHeld);
		assertThat(lease.extend(Duration.ofSeconds(10))).isFalse();
		LockLease next = this.there.acquire(this.spec);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(next.isHeld()).isTrue();
		assertThat(this.here.tryAcquire(this.spec)).isEmpty();
		next.close();
	}

	@Test
	void holderThatHasHeldForLongIsToldOfAForcedReleaseAtOnce() throws Exception {
		LockLease lease = this.here.acquire(this.spec);
		assertBusyFor(Duration.ofMillis(1200));
		forceRelease();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.atMost(Duration.ofMillis(1500))
			.until(() -> !lease.isHeld());
	}

	@Test
	void waiterOfAnotherInstanceGetsALockThatIsReleasedByForce() throws Exception {
		LockLease lease = this.there.acquire(this.spec);
		Future<LockLease> waiter = this.threads
			.submit(() -> this.here.acquire(this.spec.withWaitTime(Duration.ofSeconds(20))));
		awaitAcquisitions(2);
		forceRelease();
		LockLease next = waiter.get(2, TimeUnit.SECONDS);
		assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
		assertThat(next.isHeld()).isTrue();
		assertThat(next.release()).isEqualTo(ReleaseOutcome.RELEASED);
	}

	@Test
	void waiterOfTheSameInstanceGetsALockThatIsReleasedByForce() throws Exception {
		LockLease lease = this.here.acquire(this.spec);
		Future<LockLease> waiter = this.threads
			.submit(() -> this.here.acquire(this.spec.withWaitTime(Duration.ofSeconds(20))));
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> {
			forceRelease();
			return waiter.isDone();
		});
		LockLease next = waiter.get();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
	}

	@Test
	void instanceThatReleasesItsOwnLockByForceKnowsItAtOnce() throws Exception {
		LockLease lease = this.here.acquire(this.spec);
		assertThat(this.here.forceRelease(this.key).toCompletableFuture().get(5, TimeUnit.SECONDS).holder())
			.isNotNull();
		assertThat(lease.isHeld()).isFalse();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(this.here.forceRelease(this.key).toCompletableFuture().get(5, TimeUnit.SECONDS).holder()).isNull();
	}

	private void forceRelease() throws Exception {
		this.countedThere.forceRelease(this.key).toCompletableFuture().get(5, TimeUnit.SECONDS);
	}

	/**
	 * Something that may throw an exception.
	 */
	private interface ThrowingRunnable {

		void run() throws Exception;

	}

}
