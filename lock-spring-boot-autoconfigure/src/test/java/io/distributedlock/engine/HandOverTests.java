package io.distributedlock.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.ControlledStore.Fate;
import io.distributedlock.store.AcquireReply.Busy;
import io.distributedlock.store.LeaseRequest;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Grants that are lost, late, stale, doubled or nobody's: what {@code HandOver.tla}
 * allows the network to do.
 */
@Timeout(30)
class HandOverTests {

	private static final Duration TTL = Duration.ofMillis(1200);

	private static final Duration RECHECK = TTL.dividedBy(3);

	private static final LeaseRequest OTHER = new LeaseRequest("k", "other@host/1:random#1", Duration.ofSeconds(60));

	private final ControlledStore store = new ControlledStore();

	private final LockTemplate template = new LockTemplate(this.store, new LockSettings("test", TTL,
			Duration.ofSeconds(10), true, ReleaseMode.SYNC, Duration.ofMillis(30), Duration.ofMillis(300), 3));

	private final LockSpec spec = LockSpec.of("k");

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@BeforeEach
	void start() {
		this.template.start();
	}

	@AfterEach
	void stop() {
		this.store.grant = Fate.PASS;
		this.store.answerAll();
		this.template.stop();
		this.threads.shutdownNow();
	}

	@Test
	void lostGrantIsNoticedWhenTheWaiterAsksAgain() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		this.store.grant = Fate.LOSE_REQUEST;
		long start = System.nanoTime();
		this.store.locks.release(OTHER);
		LockLease lease = waiter.get(5, TimeUnit.SECONDS);
		assertThat(since(start)).isLessThan(RECHECK.plusSeconds(3));
		assertThat(lease.isHeld()).isTrue();
		lease.close();
	}

	@Test
	void whenGrantsMayHaveBeenMissedThenAllWaitersAskAtOnce() throws Exception {
		List<Future<LockLease>> waiters = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			LeaseRequest other = new LeaseRequest("k" + i, OTHER.owner(), OTHER.ttl());
			this.store.locks.acquire(other, false);
			String key = other.key();
			waiters
				.add(this.threads.submit(() -> this.template.acquire(LockSpec.of(key).withTtl(Duration.ofMinutes(1)))));
		}
		await().until(() -> this.store.acquisitions.size() == 20);
		this.store.grant = Fate.LOSE_REQUEST;
		for (int i = 0; i < 20; i++) {
			this.store.locks.release(new LeaseRequest("k" + i, OTHER.owner(), OTHER.ttl()));
		}
		this.store.engine.missed();
		for (Future<LockLease> waiter : waiters) {
			assertThat(waiter.get(5, TimeUnit.SECONDS).isHeld()).isTrue();
		}
		assertThat(this.store.rechecks).as("commands in which all asked").hasSizeLessThanOrEqualTo(2);
	}

	@Test
	void grantThatArrivesWhenItsLeaseIsNearlyOverIsNotEnteredUnchecked() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		this.store.grant = Fate.DELAY_REPLY;
		this.store.acquire = Fate.LOSE_REQUEST;
		this.store.locks.release(OTHER);
		// The lease began with the first question at the latest; nothing has confirmed it
		// since
		await().pollDelay(TTL.multipliedBy(8).dividedBy(10)).until(() -> true);
		this.store.answerAll();
		await().during(Duration.ofMillis(100)).until(() -> !waiter.isDone());
		this.store.acquire = Fate.PASS;
		LockLease lease = waiter.get(5, TimeUnit.SECONDS);
		assertThat(lease.remainingValidity()).isGreaterThan(TTL.dividedBy(2));
		lease.close();
	}

	@Test
	void validityOfAGrantCountsFromTheLastQuestionAndNotFromItsArrival() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		this.store.acquire = Fate.LOSE_REQUEST;
		this.store.renew = Fate.LOSE_REQUEST;
		await().pollDelay(TTL.dividedBy(2)).until(() -> true);
		this.store.locks.release(OTHER);
		LockLease lease = waiter.get(5, TimeUnit.SECONDS);
		assertThat(lease.remainingValidity()).isLessThan(TTL.multipliedBy(6).dividedBy(10));
	}

	@Test
	void grantThatWasOverWhenTheLockWasFoundBusyIsIgnored() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		Busy busy = (Busy) this.store.locks.acquire(new LeaseRequest("k", "test#looking", TTL), false)
			.toCompletableFuture()
			.join();
		this.store.engine.granted(owner(), busy.latestToken());
		await().during(Duration.ofMillis(200)).until(() -> !waiter.isDone());
		assertThat(this.store.holder("k")).isEqualTo(OTHER.owner());
		this.store.locks.release(OTHER);
		waiter.get(5, TimeUnit.SECONDS).close();
	}

	@Test
	void secondMessageOfAGrantDoesNothing() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		String owner = owner();
		this.store.locks.release(OTHER);
		LockLease lease = waiter.get(5, TimeUnit.SECONDS);
		this.store.engine.granted(owner, lease.fencingToken());
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		this.store.engine.granted(owner, lease.fencingToken());
		assertThat(this.store.holder("k")).isNull();
	}

	@Test
	void grantThatComesAfterItsWaiterGaveUpIsGivenBack() {
		this.store.locks.acquire(OTHER, false);
		this.store.grant = Fate.DELAY_REPLY;
		Future<LockLease> waiter = this.threads
			.submit(() -> this.template.acquire(this.spec.withWaitTime(Duration.ofMillis(100))));
		await().until(() -> !this.store.acquisitions.isEmpty());
		this.store.release = Fate.LOSE_REQUEST;
		await().until(waiter::isDone);
		this.store.locks.release(OTHER);
		assertThat(this.store.holder("k")).isEqualTo(owner());
		this.store.answerAll();
		this.store.release = Fate.PASS;
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void grantThatOvertakesTheAnswerToTheQuestionIsEntered() throws Exception {
		this.store.locks.acquire(OTHER, false);
		this.store.acquire = Fate.DELAY_REPLY;
		Future<LockLease> waiter = this.threads.submit(() -> this.template.acquire(this.spec));
		await().until(() -> !this.store.acquisitions.isEmpty());
		this.store.locks.release(OTHER);
		LockLease lease = waiter.get(1, TimeUnit.SECONDS);
		this.store.answerAll();
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.store.holder("k")).isNull();
	}

	@Test
	void busyAnswerAfterACancellationLeavesNoPlaceInTheQueue() {
		this.store.locks.acquire(OTHER, false);
		this.store.acquire = Fate.DELAY_REPLY;
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(this.spec.withWaitTime(Duration.ofMillis(50))));
		this.store.answerAll();
		this.store.locks.release(OTHER);
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void waiterThatLostTouchWithItsPlaceInTheQueueLeavesItAllTheSame() throws Exception {
		this.store.locks.acquire(OTHER, false);
		Future<LockLease> waiter = this.threads
			.submit(() -> this.template.acquire(this.spec.withWaitTime(RECHECK.plusMillis(100))));
		await().until(() -> this.store.acquisitions.size() == 1);
		// As when the subscription is away: the next question is answered "busy, not
		// queued"
		this.store.queues = false;
		await().until(waiter::isDone);
		assertThat(this.store.acquisitions).hasSizeGreaterThan(1);
		this.store.locks.release(OTHER);
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void waiterThatIsRefusedLeavesTheQueue() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		this.store.acquire = Fate.REFUSE;
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiter.get(5, TimeUnit.SECONDS))
			.withMessageContaining("refused");
		await().until(() -> this.store.releases.get() == 1);
		this.store.locks.release(OTHER);
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void questionThatTheReleaseHasOvertakenDoesNotLeaveTheLockBehind() throws Exception {
		overtakeTheNextQuestion();
		this.store.answerAll();
		await().atMost(Duration.ofMillis(900)).until(() -> this.store.holder("k") == null);
	}

	@Test
	void questionThatTheReleaseHasOvertakenLeavesNoPlaceInTheQueue() throws Exception {
		overtakeTheNextQuestion();
		this.store.locks.acquire(OTHER, false);
		this.store.answerAll();
		this.store.locks.release(OTHER);
		await().until(() -> this.store.holder("k") == null);
	}

	/**
	 * A waiter asks again, gets in by a message, and leaves before the store has read the
	 * question.
	 */
	private void overtakeTheNextQuestion() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		this.store.acquire = Fate.DELAY_REQUEST;
		await().until(() -> this.store.acquisitions.size() == 2);
		this.store.locks.release(OTHER);
		assertThat(waiter.get(5, TimeUnit.SECONDS).release()).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.store.holder("k")).isNull();
		this.store.acquire = Fate.PASS;
	}

	@Test
	void lateAnswerToAQuestionDoesNotEndTheLeaseThatIsInUse() throws Exception {
		Future<LockLease> waiter = waitBehindAnother();
		this.store.acquire = Fate.DELAY_REPLY;
		await().until(() -> this.store.acquisitions.size() == 2);
		this.store.locks.release(OTHER);
		LockLease lease = waiter.get(5, TimeUnit.SECONDS);
		this.store.answerAll();
		assertThat(this.store.holder("k")).isEqualTo(owner());
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.store.releases).hasValue(1);
	}

	@Test
	void leaseIsPassedOnInTheJvmAsOftenAsAllowedAndThenGoesBackToTheStore() throws Exception {
		this.store.locks.acquire(OTHER, false);
		List<String> owners = Collections.synchronizedList(new ArrayList<>());
		List<Future<?>> waiters = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			waiters.add(this.threads.submit(() -> {
				try (LockLease lease = this.template.acquire(this.spec)) {
					lease.ensureHeld();
					owners.add(this.store.holder("k"));
				}
			}));
		}
		await().until(() -> waiting() == 8);
		this.store.locks.release(OTHER);
		for (Future<?> waiter : waiters) {
			waiter.get(5, TimeUnit.SECONDS);
		}
		assertThat(owners.subList(0, 4)).containsOnly(owners.get(0));
		assertThat(owners.subList(4, 8)).containsOnly(owners.get(4)).doesNotContain(owners.get(0));
	}

	@Test
	void hardLeaseIsPassedOnOnlyWhileNearlyAllOfItIsLeft() throws Exception {
		LockSpec hard = this.spec.withRenew(false);
		LockLease held = this.template.acquire(hard);
		Future<LockLease> waiter = this.threads.submit(() -> this.template.acquire(hard));
		await().pollDelay(TTL.dividedBy(4)).until(() -> waiting() == 1);
		String owner = this.store.holder("k");
		held.close();
		LockLease lease = waiter.get(5, TimeUnit.SECONDS);
		assertThat(this.store.holder("k")).isNotEqualTo(owner);
		assertThat(lease.remainingValidity()).isGreaterThan(TTL.multipliedBy(9).dividedBy(10).minusMillis(50));
	}

	@Test
	void waitersWithAnotherTimeToLiveDoNotShareALease() throws Exception {
		LockLease held = this.template.acquire(this.spec);
		Future<LockLease> waiter = this.threads
			.submit(() -> this.template.acquire(this.spec.withTtl(TTL.multipliedBy(5))));
		await().until(() -> this.store.acquisitions.size() == 2);
		held.close();
		assertThat(waiter.get(5, TimeUnit.SECONDS).remainingValidity()).isGreaterThan(TTL.multipliedBy(4));
	}

	@Test
	void threadThatDoesNotWaitIsToldAtOnceWhenItsOwnInstanceHoldsTheLock() throws Exception {
		LockLease held = this.template.acquire(this.spec);
		this.store.acquire = Fate.DELAY_REPLY;
		int asked = this.store.acquisitions.size();
		this.threads
			.submit(() -> assertThatExceptionOfType(LockNotAcquiredException.class)
				.isThrownBy(() -> this.template.acquire(this.spec.withWaitTime(Duration.ZERO)))
				.satisfies((ex) -> assertThat(ex.getHolder().application()).isEqualTo("test")))
			.get(5, TimeUnit.SECONDS);
		assertThat(this.store.acquisitions).hasSize(asked);
		held.close();
	}

	@Test
	void waiterWithHardlyAnyTimeDoesNotWaitForAnAnswerWhileItsOwnInstanceHoldsTheLock() throws Exception {
		LockLease held = this.template.acquire(this.spec);
		long start = System.nanoTime();
		this.threads.submit(() -> {
			for (int i = 0; i < 100; i++) {
				assertThat(this.template.tryAcquire(this.spec.withWaitTime(Duration.ofNanos(1)))).isEmpty();
			}
		}).get(5, TimeUnit.SECONDS);
		assertThat(since(start)).as("100 tries").isLessThan(Duration.ofMillis(2500));
		held.close();
	}

	@Test
	void waiterThatGivesUpBehindAThreadOfItsOwnInstanceIsToldSo() throws Exception {
		LockLease held = this.template.acquire(this.spec);
		this.threads
			.submit(() -> assertThatExceptionOfType(LockNotAcquiredException.class)
				.isThrownBy(() -> this.template.acquire(this.spec.withWaitTime(Duration.ofMillis(50))))
				.satisfies((ex) -> assertThat(ex.getHolder().application()).isEqualTo("test")))
			.get(5, TimeUnit.SECONDS);
		held.close();
	}

	@Test
	void manyWaitersOfOneJvmAskTheStoreOnlyOnceAnInterval() {
		this.store.locks.acquire(OTHER, false);
		for (int i = 0; i < 100; i++) {
			this.threads.submit(() -> this.template.acquire(this.spec));
		}
		await().until(() -> waiting() == 100);
		int asked = this.store.acquisitions.size();
		await().pollDelay(TTL).until(() -> true);
		assertThat(this.store.acquisitions.size() - asked).isBetween(2, 20);
	}

	@Test
	void storeThatCannotHandOverIsPolledWithGrowingDelays() throws Exception {
		this.store.queues = false;
		Future<LockLease> waiter = waitBehindAnother();
		await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
		assertThat(this.store.acquisitions.size()).isBetween(3, 40);
		this.store.locks.release(OTHER);
		waiter.get(5, TimeUnit.SECONDS).close();
	}

	@Test
	void unusedLocksLeaveNothingInTheHeap() {
		for (int i = 0; i < 2_000; i++) {
			this.template.acquire(LockSpec.of("k" + i)).close();
			this.template.tryAcquire(LockSpec.of("k" + i).withWaitTime(Duration.ZERO)).orElseThrow().close();
		}
		assertThat(this.template).extracting("engine.queues.queues.parts")
			.asInstanceOf(InstanceOfAssertFactories.LIST)
			.isNotEmpty()
			.allSatisfy((part) -> assertThat(part).asInstanceOf(InstanceOfAssertFactories.MAP).isEmpty());
		assertThat(this.template).extracting("engine.queues.contenders.open")
			.asInstanceOf(InstanceOfAssertFactories.MAP)
			.isEmpty();
		assertThat(this.template).extracting("engine.renewer.leases")
			.asInstanceOf(InstanceOfAssertFactories.COLLECTION)
			.isEmpty();
	}

	/**
	 * Wait for a lock that another instance holds, until the wait is known to the store.
	 */
	private Future<LockLease> waitBehindAnother() {
		this.store.locks.acquire(OTHER, false);
		Future<LockLease> waiter = this.threads.submit(() -> this.template.acquire(this.spec));
		await().until(() -> !this.store.acquisitions.isEmpty());
		return waiter;
	}

	/**
	 * Return the owner token of the latest acquisition.
	 */
	private String owner() {
		return List.copyOf(this.store.acquisitions).get(this.store.acquisitions.size() - 1).owner();
	}

	private long waiting() {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((thread) -> thread.getKey().getState() == Thread.State.TIMED_WAITING)
			.filter((thread) -> List.of(thread.getValue())
				.stream()
				.anyMatch((frame) -> frame.getClassName().equals(Waiter.class.getName())))
			.count();
	}

	private static Duration since(long start) {
		return Duration.ofNanos(System.nanoTime() - start);
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(2)).atMost(10, TimeUnit.SECONDS);
	}

}
