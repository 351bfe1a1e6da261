package io.distributedlock.contract;

import java.time.Duration;
import java.util.ArrayList;
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

import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockClosedException;
import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
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
					assertThat(ex.getHolder()).matches("there@.+/" + ProcessHandle.current().pid());
					assertThat(ex.getWaited()).isLessThan(Duration.ofSeconds(1));
				});
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(this.here.tryAcquire(this.spec)).isPresent();
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
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(waitTime, waitTime.plusMillis(200));
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
		LockSpec brief = this.spec.withTtl(Duration.ofMillis(300));
		LockLease lease = this.here.acquire(brief);
		assertBusyFor(Duration.ofMillis(1200));
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

}
