package io.distributedlock.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.OnLost;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.ControlledStore.Fate;
import io.distributedlock.store.LeaseRequest;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the engine does when the store fails. What it does when all is well is in the
 * contract of the lock operations.
 */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class LockTemplateTests {

	private static final Duration RESPONSE_TIMEOUT = Duration.ofMillis(30);

	private final ControlledStore store = new ControlledStore();

	private final LockTemplate template = new LockTemplate(this.store, new LockSettings("test", Duration.ofSeconds(10),
			Duration.ofSeconds(5), true, ReleaseMode.SYNC, RESPONSE_TIMEOUT, Duration.ofMillis(300), 32));

	private final LockSpec spec = LockSpec.of("k").withWaitTime(Duration.ZERO);

	/**
	 * Lost soon. Waits a little, because a busy machine may take longer for an answer
	 * than such a short lease allows.
	 */
	private final LockSpec hard = LockSpec.of("k").withTtl(Duration.ofMillis(400)).withRenew(false);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@BeforeEach
	void start() {
		this.template.start();
	}

	@AfterEach
	void stop() {
		this.store.answerAll();
		this.template.stop();
		this.threads.shutdownNow();
	}

	@Test
	void whenTheStoreDoesNotAnswerThenTheWaitTimeHolds() {
		this.store.acquire = Fate.DELAY_REPLY;
		for (Duration waitTime : List.of(Duration.ZERO, Duration.ofMillis(200))) {
			List<Duration> waits = new ArrayList<>();
			for (int i = 0; i < 9; i++) {
				long start = System.nanoTime();
				assertThatExceptionOfType(LockStoreUnavailableException.class)
					.isThrownBy(() -> this.template.acquire(this.spec.withWaitTime(waitTime)))
					.withMessageContaining("'k'");
				waits.add(Duration.ofNanos(System.nanoTime() - start));
				await().until(() -> this.store.holder("k") == null);
			}
			assertThat(waits).allSatisfy((wait) -> assertThat(wait).isGreaterThanOrEqualTo(waitTime));
			assertThat(Collections.min(waits)).as("shortest of %s", waits).isLessThan(waitTime.plusMillis(50));
		}
	}

	@Test
	void acquisitionWithoutAnAnswerIsReleasedInTheBackground() {
		this.store.acquire = Fate.DELAY_REPLY;
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(this.spec));
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void grantThatComesAfterItsCallerHasGoneIsReleased() {
		this.store.acquire = Fate.DELAY_REPLY;
		this.store.release = Fate.LOSE_REQUEST;
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(this.spec));
		assertThat(this.store.holder("k")).isNotNull();
		this.store.release = Fate.PASS;
		this.store.answerAll();
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void acquisitionWhoseReplyWasLostIsRepeatedWithTheSameOwner() {
		this.store.acquire = Fate.LOSE_REPLY;
		Future<LockLease> waiter = this.threads
			.submit(() -> this.template.acquire(this.spec.withWaitTime(Duration.ofSeconds(10))));
		await().until(() -> this.store.acquisitions.size() >= 3);
		this.store.acquire = Fate.PASS;
		await().until(waiter::isDone);
		assertThat(this.store.acquisitions).extracting(LeaseRequest::owner).containsOnly(this.store.holder("k"));
	}

	@Test
	void lostRepliesUntilTheWaitTimeIsOverLeaveNothingBehind() {
		this.store.acquire = Fate.LOSE_REPLY;
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(this.spec.withWaitTime(Duration.ofMillis(100))))
			.withMessageContaining("reply lost");
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void refusalIsReportedAtOnceAndNotRepeated() {
		this.store.acquire = Fate.REFUSE;
		assertThatExceptionOfType(LockStoreException.class)
			.isThrownBy(() -> this.template.acquire(this.spec.withWaitTime(Duration.ofSeconds(10))))
			.isNotInstanceOf(LockStoreUnavailableException.class)
			.withMessage("refused");
		assertThat(this.store.acquisitions).hasSize(1);
	}

	@Test
	void answerThatTookLongerThanTheTtlIsNotTrusted() {
		this.store.acquire = Fate.DELAY_REPLY;
		Future<LockLease> waiter = this.threads.submit(() -> this.template
			.acquire(this.spec.withTtl(Duration.ofMillis(100)).withWaitTime(Duration.ofSeconds(10))));
		await().until(() -> !this.store.acquisitions.isEmpty());
		await().pollDelay(Duration.ofMillis(120)).until(() -> true);
		this.store.acquire = Fate.PASS;
		this.store.answerAll();
		await().until(waiter::isDone);
		assertThat(this.store.acquisitions).hasSizeGreaterThan(1);
	}

	@Test
	void releaseWithoutAnAnswerIsRepeatedInTheBackgroundAndDoesNotHideTheResult() {
		this.store.release = Fate.LOSE_REQUEST;
		String result = this.template.execute(this.spec, (lease) -> "done");
		assertThat(result).isEqualTo("done");
		assertThat(this.store.holder("k")).isNotNull();
		await().until(() -> this.store.releases.get() >= 3);
		this.store.release = Fate.PASS;
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void failedReleaseStopsRenewal() {
		LockLease lease = this.template.acquire(this.spec.withTtl(Duration.ofMillis(300)));
		this.store.release = Fate.LOSE_REQUEST;
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		int renewals = this.store.renewals.size();
		await().until(() -> this.store.holder("k") == null);
		assertThat(this.store.renewals).hasSize(renewals);
	}

	@Test
	void releaseWaitsForAnAnswerNoLongerThanItsTimeout() {
		LockLease lease = this.template.acquire(this.spec);
		this.store.release = Fate.DELAY_REPLY;
		long start = System.nanoTime();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(300),
				Duration.ofSeconds(3));
	}

	@Test
	void exceptionOfTheBodyIsKeptWhenTheReleaseFails() {
		this.store.release = Fate.REFUSE;
		IllegalStateException failure = new IllegalStateException("body");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.template.execute(this.spec, (lease) -> {
				throw failure;
			}))
			.isSameAs(failure);
	}

	@Test
	void renewalThatFailsIsRepeatedWithinTheLease() {
		LockLease lease = this.template.acquire(this.spec.withTtl(Duration.ofMillis(600)));
		this.store.renew = Fate.LOSE_REQUEST;
		await().until(() -> this.store.renewals.size() >= 2);
		this.store.renew = Fate.PASS;
		await().during(Duration.ofMillis(700)).until(lease::isHeld);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
	}

	@Test
	void leaseOfWhichTheStoreIsNotSureIsRenewedAgain() {
		LockLease lease = this.template.acquire(this.spec.withTtl(Duration.ofMillis(600)));
		this.store.unsureOfRenewal = true;
		await().until(() -> this.store.renewals.size() >= 2);
		assertThat(lease.isHeld()).isTrue();
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> lease.extend(Duration.ofSeconds(1)));
		this.store.unsureOfRenewal = false;
		await().during(Duration.ofMillis(700)).until(lease::isHeld);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
	}

	@Test
	void invalidStoreStopsTheStart() {
		this.template.stop();
		this.store.startFailure = new InvalidLockStoreException("It is wrong.", "Put it right.");
		assertThatExceptionOfType(InvalidLockStoreException.class).isThrownBy(this.template::start)
			.withMessage("It is wrong. Put it right.");
		assertThat(this.template.isRunning()).isFalse();
		this.store.startFailure = new LockStoreUnavailableException("not there yet", null);
		this.template.start();
		assertThat(this.template.isRunning()).isTrue();
	}

	@Test
	void leaseThatCannotBeRenewedIsLostBeforeItEndsInTheStoreAndWithoutAnyReply(CapturedOutput output) {
		LockLease lease = this.template.acquire(this.spec.withTtl(Duration.ofSeconds(4)));
		this.store.renew = Fate.DELAY_REPLY;
		String owner = this.store.holder("k");
		await().until(() -> this.store.renewals.size() >= 1);
		this.store.renew = Fate.LOSE_REQUEST;
		await().pollInterval(Duration.ofMillis(1)).until(() -> !lease.isHeld());
		assertThat(this.store.holder("k")).as("holder in the store when the loss is signalled").isEqualTo(owner);
		this.store.answerAll();
		assertThat(lease.isHeld()).as("held again after a late answer").isFalse();
		await().untilAsserted(() -> assertThat(output).contains("Lost lock 'k'"));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
	}

	@Test
	void leaseThatAnotherOwnerHasIsLostAtTheNextRenewal() {
		LockLease lease = this.template.acquire(this.spec.withTtl(Duration.ofSeconds(3)));
		this.store.locks.release(new LeaseRequest("k", this.store.holder("k"), Duration.ofSeconds(3)));
		this.store.locks.acquire(new LeaseRequest("k", "thief", Duration.ofSeconds(10)), false);
		long start = System.nanoTime();
		await().until(() -> !lease.isHeld());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2500));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(this.store.holder("k")).isEqualTo("thief");
	}

	@Test
	void longestHoldIsNamedWhenItEndsALease(CapturedOutput output) {
		LockLease lease = this.template
			.acquire(this.spec.withTtl(Duration.ofMillis(200)).withMaxHold(Duration.ofMillis(500)));
		await().until(() -> !lease.isHeld());
		await().untilAsserted(() -> assertThat(output).contains("Lost lock 'k'")
			.contains("it was held for its longest time of PT0.5S"));
		assertThat(this.store.renewals).isNotEmpty();
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void lastRenewalIsRepeatedIfItFails() {
		LockLease lease = this.template
			.acquire(this.spec.withTtl(Duration.ofMillis(600)).withMaxHold(Duration.ofMillis(700)));
		long start = System.nanoTime();
		this.store.renew = Fate.LOSE_REQUEST;
		await().until(() -> this.store.renewals.size() == 1);
		this.store.renew = Fate.PASS;
		await().until(() -> !lease.isHeld());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(650));
	}

	@Test
	void longHoldThatTheStoreEndsByItselfNeedsNoCommand() {
		LockSpec kept = this.spec.withTtl(Duration.ofMillis(200)).withMinHold(Duration.ofMillis(500));
		assertThat(this.template.acquire(kept).release()).isEqualTo(ReleaseOutcome.KEPT);
		assertThat(this.store.holder("k")).isNotNull();
		await().until(() -> this.store.holder("k") == null);
		await().pollDelay(Duration.ofMillis(100)).until(() -> true);
		assertThat(this.store.releases).hasValue(0);
		assertThat(this.store.renewals).isEmpty();
	}

	@Test
	void interruptsTheThreadThatLosesItsLeaseAndLeavesNoInterruptBehind() throws Exception {
		LockSpec interrupting = this.hard.withOnLost(OnLost.INTERRUPT);
		this.threads.submit(() -> {
			LockLease lease = this.template.acquire(interrupting);
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> TimeUnit.SECONDS.sleep(5));
			assertThat(lease.isHeld()).isFalse();
			Thread.currentThread().interrupt();
			assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
			assertThat(Thread.interrupted()).as("interrupt flag after the release").isFalse();
			return null;
		}).get(10, TimeUnit.SECONDS);
	}

	@Test
	void interruptsInsideOfANestedHoldThatAsksForIt() throws Exception {
		this.threads.submit(() -> {
			LockLease outer = this.template.acquire(this.hard);
			LockLease inner = this.template.acquire(this.hard.withOnLost(OnLost.INTERRUPT));
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> TimeUnit.SECONDS.sleep(5));
			inner.close();
			outer.close();
			return null;
		}).get(10, TimeUnit.SECONDS);
	}

	@Test
	void doesNotInterruptByDefaultNorAfterTheInnerHoldThatAskedForIt() throws Exception {
		this.threads.submit(() -> {
			LockLease outer = this.template.acquire(this.hard);
			this.template.acquire(this.hard.withOnLost(OnLost.INTERRUPT)).close();
			await().until(() -> !outer.isHeld());
			LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
			assertThat(Thread.interrupted()).isFalse();
			outer.close();
		}).get(10, TimeUnit.SECONDS);
	}

	@Test
	void neverInterruptsAThreadAfterItHasReleasedTheLock() throws Exception {
		List<Future<?>> workers = new ArrayList<>();
		for (int i = 0; i < 16; i++) {
			LockSpec interrupting = LockSpec.of("k" + i)
				.withTtl(LockSpec.MIN_TTL)
				.withRenew(false)
				.withOnLost(OnLost.INTERRUPT);
			workers.add(this.threads.submit(() -> releaseAboutWhenItIsLost(interrupting)));
		}
		for (Future<?> worker : workers) {
			worker.get(20, TimeUnit.SECONDS);
		}
	}

	private void releaseAboutWhenItIsLost(LockSpec interrupting) {
		for (int round = 0; round < 10; round++) {
			LockLease lease = this.template.acquire(interrupting.withWaitTime(Duration.ofSeconds(5)));
			long left = ThreadLocalRandom.current().nextLong(Duration.ofMillis(1).toNanos());
			while (lease.remainingValidity().toNanos() > left) {
				LockSupport.parkNanos(50_000);
			}
			lease.close();
			for (int i = 0; i < 20; i++) {
				assertThat(Thread.interrupted()).as("interrupted after the release").isFalse();
				LockSupport.parkNanos(100_000);
			}
		}
	}

	@Test
	void interruptOfSomebodyElseIsKept() throws Exception {
		LockSpec interrupting = this.hard.withOnLost(OnLost.INTERRUPT);
		this.threads.submit(() -> {
			LockLease lease = this.template.acquire(interrupting);
			Thread.currentThread().interrupt();
			while (lease.isHeld()) {
				Thread.onSpinWait();
			}
			LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
			lease.close();
			assertThat(Thread.interrupted()).isTrue();
		}).get(10, TimeUnit.SECONDS);
	}

	@Test
	void interruptThatAnInnerHoldTakesWithItIsRepeatedForTheOuterOne() throws Exception {
		LockSpec interrupting = this.hard.withTtl(Duration.ofMillis(2000)).withOnLost(OnLost.INTERRUPT);
		this.threads.submit(() -> {
			LockLease outer = this.template.acquire(interrupting);
			LockLease inner = this.template.acquire(interrupting.withKey("inner").withTtl(Duration.ofMillis(1600)));
			awaitLossSpinning(inner);
			awaitLossSpinning(outer);
			assertThat(Thread.currentThread().isInterrupted()).isTrue();
			inner.close();
			assertThatExceptionOfType(InterruptedException.class).as("body of the outer hold")
				.isThrownBy(() -> TimeUnit.SECONDS.sleep(5));
			Thread.currentThread().interrupt();
			outer.close();
			assertThat(Thread.interrupted()).as("interrupt flag after the release").isFalse();
			return null;
		}).get(10, TimeUnit.SECONDS);
	}

	@Test
	void interruptThatAnOuterHoldTakesWithItIsRepeatedForTheInnerOne() throws Exception {
		LockSpec interrupting = this.hard.withTtl(Duration.ofMillis(2000)).withOnLost(OnLost.INTERRUPT);
		this.threads.submit(() -> {
			LockLease outer = this.template.acquire(interrupting.withTtl(Duration.ofMillis(1600)));
			LockLease inner = this.template.acquire(interrupting.withKey("inner"));
			awaitLossSpinning(outer);
			awaitLossSpinning(inner);
			outer.close();
			assertThatExceptionOfType(InterruptedException.class).as("body of the inner hold")
				.isThrownBy(() -> TimeUnit.SECONDS.sleep(5));
			inner.close();
			assertThat(Thread.interrupted()).as("interrupt flag after the release").isFalse();
			return null;
		}).get(10, TimeUnit.SECONDS);
	}

	@Test
	void interruptOfTheOuterHoldIsNotTakenByAnInnerOneThatWasInterruptedBefore() throws Exception {
		LockSpec interrupting = this.hard.withTtl(Duration.ofMillis(2000)).withOnLost(OnLost.INTERRUPT);
		this.threads.submit(() -> {
			LockLease outer = this.template.acquire(interrupting);
			LockLease inner = this.template.acquire(interrupting.withKey("inner").withTtl(Duration.ofMillis(1000)));
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> TimeUnit.SECONDS.sleep(5));
			awaitLossSpinning(outer);
			inner.close();
			assertThat(Thread.currentThread().isInterrupted()).as("interrupt flag of the outer hold").isTrue();
			outer.close();
			assertThat(Thread.interrupted()).as("interrupt flag after the release").isFalse();
			return null;
		}).get(10, TimeUnit.SECONDS);
	}

	/**
	 * Wait until the loss of a lease has had its effects, without noticing interrupts.
	 */
	private static void awaitLossSpinning(LockLease lease) {
		AtomicBoolean told = new AtomicBoolean();
		lease.onLost((lost) -> told.set(true));
		while (!told.get()) {
			Thread.onSpinWait();
		}
	}

	@Test
	void lockThatAnotherThreadIsAboutToReleaseIsNotEnteredAgain() throws Exception {
		CountDownLatch releasing = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicReference<Thread> releaser = new AtomicReference<>();
		// Told the time when it has left the last hold and goes on to end the lease
		LockTemplate other = new LockTemplate(this.store, LockSettings.defaults(), List.of(), () -> {
			if (Thread.currentThread() == releaser.get()) {
				releasing.countDown();
				awaitUninterrupted(goOn);
			}
			return System.nanoTime();
		});
		try {
			LockLease lease = other.acquire(this.spec);
			Future<?> release = this.threads.submit(() -> {
				releaser.set(Thread.currentThread());
				try {
					lease.release();
				}
				finally {
					releaser.set(null);
				}
			});
			assertThat(releasing.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(other.tryAcquire(this.spec)).as("lease that is being released").isEmpty();
			goOn.countDown();
			release.get(10, TimeUnit.SECONDS);
			try (LockLease next = other.acquire(this.spec)) {
				assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
				assertThat(next.isHeld()).isTrue();
			}
		}
		finally {
			goOn.countDown();
			other.stop();
		}
	}

	private static void awaitUninterrupted(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void callbackRunsOnceWhenTheLeaseIsLost() {
		LockLease lease = this.template.acquire(this.hard);
		Queue<LockLease> calls = new ConcurrentLinkedQueue<>();
		lease.onLost(calls::add);
		lease.onLost((lost) -> {
			throw new IllegalStateException("broken");
		});
		lease.onLost(calls::add);
		assertThat(calls).isEmpty();
		await().until(() -> calls.size() == 2);
		lease.onLost(calls::add);
		await().during(Duration.ofMillis(100)).until(() -> calls.size() == 3);
		assertThat(calls).containsOnly(lease);
		lease.close();
	}

	@Test
	void callbackDoesNotRunAfterTheRelease() {
		Queue<LockLease> calls = new ConcurrentLinkedQueue<>();
		LockLease outer = this.template.acquire(this.hard);
		LockLease inner = this.template.acquire(this.hard);
		inner.onLost(calls::add);
		inner.close();
		inner.onLost(calls::add);
		await().until(() -> !outer.isHeld());
		outer.onLost(calls::add);
		await().until(() -> !calls.isEmpty());
		outer.close();
		outer.onLost(calls::add);
		LockLease released = this.template.acquire(LockSpec.of("released"));
		released.onLost(calls::add);
		released.close();
		await().during(Duration.ofMillis(300)).until(() -> calls.size() == 1);
		assertThat(calls).containsExactly(outer);
	}

	@Test
	void holderIsToldWhenStoppingReleasesItsLock() {
		Queue<LockLease> calls = new ConcurrentLinkedQueue<>();
		LockLease lease = this.template.acquire(this.spec);
		lease.onLost(calls::add);
		this.template.stop();
		await().until(() -> !calls.isEmpty());
		assertThat(calls).containsExactly(lease);
		assertThat(lease.isHeld()).isFalse();
	}

	@Test
	void callbackThatBlocksDoesNotKeepOtherLeasesFromBeingRenewed() throws Exception {
		CountDownLatch end = new CountDownLatch(1);
		LockLease lost = this.template.acquire(this.hard);
		LockLease renewed = this.template.acquire(LockSpec.of("renewed").withTtl(Duration.ofMillis(300)));
		CountDownLatch blocked = new CountDownLatch(1);
		lost.onLost((lease) -> {
			blocked.countDown();
			try {
				end.await(10, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		try {
			assertThat(blocked.await(5, TimeUnit.SECONDS)).isTrue();
			await().during(Duration.ofMillis(700)).until(renewed::isHeld);
		}
		finally {
			end.countDown();
		}
	}

	@Test
	void manyLocksAreReleasedInTheTimeOfOneIfTheStoreDoesNotAnswer() {
		List<LockSpec> specs = IntStream.range(0, 20).mapToObj((i) -> this.spec.withKey("k" + i)).toList();
		LockLeases leases = this.template.acquireAll(specs);
		this.store.release = Fate.DELAY_REPLY;
		long start = System.nanoTime();
		leases.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(300),
				Duration.ofSeconds(4));
		assertThat(specs).allSatisfy((each) -> assertThat(this.store.holder(each.key())).isNull());
	}

	@Test
	void twoThreadsThatWantTwoLocksInDifferentOrderNeverDeadlock() throws Exception {
		LockSpec a = LockSpec.of("a").withWaitTime(Duration.ofSeconds(20));
		LockSpec b = a.withKey("b");
		List<Future<?>> workers = new ArrayList<>();
		for (List<LockSpec> specs : List.of(List.of(a, b), List.of(b, a))) {
			workers.add(this.threads.submit(() -> {
				for (int i = 0; i < 10_000; i++) {
					this.template.acquireAll(specs).close();
				}
			}));
		}
		for (Future<?> worker : workers) {
			worker.get(25, TimeUnit.SECONDS);
		}
		assertThat(this.store.holder("a")).isNull();
		assertThat(this.store.holder("b")).isNull();
	}

	@Test
	void renewalsOfManyLeasesShareCommands() {
		List<LockLease> leases = new ArrayList<>();
		for (int i = 0; i < 250; i++) {
			leases.add(this.template.acquire(LockSpec.of("k" + i).withTtl(Duration.ofMillis(900))));
		}
		await().until(() -> renewedKeys().size() == 250);
		assertThat(this.store.renewals.size()).isLessThanOrEqualTo(50);
		assertThat(this.store.renewals).allSatisfy((batch) -> assertThat(batch).hasSizeLessThanOrEqualTo(200));
		await().during(Duration.ofMillis(1200)).until(() -> leases.stream().allMatch(LockLease::isHeld));
		leases.forEach(LockLease::close);
	}

	@Test
	void leaseOfAThreadThatEndedIsNotRenewed(CapturedOutput output) throws Exception {
		AtomicReference<LockLease> lease = new AtomicReference<>();
		Thread thread = new Thread(() -> lease.set(this.template.acquire(this.spec.withTtl(Duration.ofSeconds(1)))),
				"forgetful");
		thread.start();
		thread.join();
		assertThat(lease.get().isHeld()).isTrue();
		await().until(() -> this.store.holder("k") == null);
		assertThat(lease.get().isHeld()).isFalse();
		assertThat(output).containsOnlyOnce("Not renewing lock 'k'").contains("forgetful");
	}

	@Test
	void extensionWithoutAnAnswerLeavesTheLeaseAsItWas() {
		LockLease lease = this.template.acquire(this.spec.withRenew(false));
		this.store.renew = Fate.DELAY_REPLY;
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> lease.extend(Duration.ofSeconds(20)))
			.withMessageContaining("'k'");
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.remainingValidity()).isLessThan(Duration.ofSeconds(10));
		lease.close();
	}

	@Test
	void everyAcquisitionHasAnOwnerTokenOfItsOwn() {
		Set<String> owners = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			LockLease lease = this.template.acquire(this.spec);
			assertThat(owners.add(this.store.holder("k"))).isTrue();
			lease.close();
		}
		assertThat(owners).allSatisfy((owner) -> assertThat(owner).startsWith("test@"));
	}

	@Test
	void interruptAtAnyPointLeavesNeitherLockNorRenewal() throws Exception {
		LockSpec brief = this.spec.withTtl(Duration.ofMillis(200)).withWaitTime(Duration.ofSeconds(5));
		for (int i = 0; i < 500; i++) {
			Thread thread = new Thread(() -> {
				try {
					this.template.acquire(brief).close();
				}
				catch (LockInterruptedException ex) {
					assertThat(Thread.currentThread().isInterrupted()).isTrue();
				}
			});
			thread.start();
			for (int spin = 0; spin < i * 20; spin++) {
				Thread.onSpinWait();
			}
			thread.interrupt();
			thread.join();
			await().until(() -> this.store.holder("k") == null);
		}
		int renewals = this.store.renewals.size();
		await().pollDelay(Duration.ofMillis(200)).until(() -> this.store.renewals.size() == renewals);
	}

	@Test
	void outageIsLoggedOnce(CapturedOutput output) {
		this.store.release = Fate.REFUSE;
		for (int i = 0; i < 20; i++) {
			this.template.acquire(LockSpec.of("k" + i)).close();
		}
		assertThat(output).containsOnlyOnce("is not confirmed");
	}

	private Set<String> renewedKeys() {
		Set<String> renewed = new HashSet<>();
		this.store.renewals.forEach((batch) -> batch.stream().map(LeaseRequest::key).forEach(renewed::add));
		return renewed;
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(10, TimeUnit.SECONDS);
	}

}
