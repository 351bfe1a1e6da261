package io.distributedlock.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.distributedlock.LockClosedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.testsupport.FencingOracle;
import io.distributedlock.testsupport.Oracle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.mockito.AdditionalAnswers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * The part of the contract of {@link LockOperations} that is about callers who block no
 * thread.
 */
abstract class AbstractAsyncLockOperationsContract extends AbstractTwoInstances {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String COMPLETION_THREAD = "distributed-lock-completion-";

	@Test
	void asynchronousLeaseExcludesEverybodyEvenTheThreadThatAcquiredIt() {
		LockLease lease = get(this.here.acquireAsync(this.spec.withName("orders")));
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.name()).isEqualTo("orders");
		assertThat(this.here.tryAcquire(this.spec)).isEmpty();
		assertThat(get(this.here.tryAcquireAsync(this.spec))).isEmpty();
		assertThat(this.there.tryAcquire(this.spec)).isEmpty();
		assertThat(get(this.there.tryAcquireAsync(this.spec))).isEmpty();
		assertThat(get(lease.releaseAsync())).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(lease.isHeld()).isFalse();
		assertThat(get(this.there.tryAcquireAsync(this.spec))).isPresent();
	}

	@Test
	void asynchronousLeaseIsReleasedOnceByWhateverThread() throws Exception {
		LockLease lease = get(this.here.acquireAsync(this.spec));
		assertThat(inOtherThread(lease::release)).isEqualTo(ReleaseOutcome.RELEASED);
		LockLease next = get(this.there.acquireAsync(this.spec));
		assertThat(get(lease.releaseAsync())).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(next.isHeld()).isTrue();
		assertThat(get(this.here.tryAcquireAsync(this.spec))).isEmpty();
		get(next.releaseAsync());
	}

	@Test
	void leaseOfAThreadCanBeReleasedAsynchronously() {
		LockLease outer = this.here.acquire(this.spec);
		LockLease inner = this.here.acquire(this.spec);
		assertThat(get(inner.releaseAsync())).isEqualTo(ReleaseOutcome.STILL_HELD);
		assertThat(get(outer.releaseAsync())).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.there.tryAcquire(this.spec)).get().satisfies(LockLease::close);
		get(this.here.acquireAsync(this.spec));
		assertThat(this.here.tryAcquire(this.spec)).as("entered what another caller holds").isEmpty();
	}

	@Test
	void asynchronousErrorNamesTheHolder() {
		try (LockLease held = this.there.acquire(this.spec)) {
			assertThat(this.here.acquireAsync(this.spec)).failsWithin(Duration.ofSeconds(2))
				.withThrowableThat()
				.havingCause()
				.isInstanceOfSatisfying(LockNotAcquiredException.class, (ex) -> {
					assertThat(ex.getKey()).isEqualTo(this.key);
					assertThat(ex.getHolder().application()).isEqualTo("there");
				});
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void asynchronousWaiterGetsTheLockOfABlockingHolderAndGoesOnOnAThreadOfItsOwn() {
		for (LockTemplate holder : List.of(this.here, this.there)) {
			LockLease held = holder.acquire(this.spec);
			CompletableFuture<LockLease> waiter = this.here.acquireAsync(patient());
			CompletableFuture<String> followUp = waiter.thenApply((lease) -> Thread.currentThread().getName());
			awaitAnswered();
			assertThat(waiter).isNotDone();
			held.close();
			assertThat(get(followUp)).startsWith(COMPLETION_THREAD);
			LockLease lease = get(waiter);
			assertThat(lease.isHeld()).isTrue();
			assertThat(lease.fencingToken()).isGreaterThan(held.fencingToken());
			assertThat(get(lease.releaseAsync())).isEqualTo(ReleaseOutcome.RELEASED);
		}
	}

	@Test
	void blockingWaiterGetsTheLockOfAnAsynchronousHolder() throws Exception {
		for (LockTemplate holder : List.of(this.here, this.there)) {
			LockLease held = get(holder.acquireAsync(this.spec));
			long acquisitions = this.counted.acquisitions();
			Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(patient()));
			Awaitility.await().until(() -> holder.equals(this.here) || this.counted.acquisitions() > acquisitions);
			assertThat(waiter).isNotDone();
			held.releaseAsync();
			LockLease lease = waiter.get(2, TimeUnit.SECONDS);
			assertThat(lease.fencingToken()).isGreaterThan(held.fencingToken());
			lease.close();
		}
	}

	@Test
	void blockingAndAsynchronousWaitersOfOneInstanceHaveTheirTurnInTheOrderOfTheirArrival() throws Exception {
		LockLease held = this.here.acquire(this.spec);
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		List<Future<?>> waiters = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			waiters.add((i % 2 != 0) ? startBlocking(this.here, patient(), i, order)
					: startAsync(this.here, patient(), i, order));
		}
		held.close();
		for (Future<?> waiter : waiters) {
			waiter.get(5, TimeUnit.SECONDS);
		}
		assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
	}

	@Test
	void fairAsynchronousWaitersHaveTheirTurnInTheOrderOfTheirArrivalAcrossInstances() throws Exception {
		makeReadyToQueue();
		LockSpec fair = patient().withFair(true);
		LockLease held = get(this.there.acquireAsync(fair));
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		List<Future<?>> waiters = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			long answers = this.counted.answers() + this.countedThere.answers();
			waiters.add(startAsync((i % 2 != 0) ? this.here : this.there, fair, i, order));
			Awaitility.await()
				.pollInterval(Duration.ofMillis(1))
				.until(() -> this.counted.answers() + this.countedThere.answers() > answers);
		}
		held.releaseAsync();
		for (Future<?> waiter : waiters) {
			waiter.get(5, TimeUnit.SECONDS);
		}
		assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
	}

	private Future<?> startAsync(LockOperations instance, LockSpec spec, int number, List<Integer> order) {
		return instance.acquireAsync(spec).thenCompose((lease) -> {
			order.add(number);
			return lease.releaseAsync();
		});
	}

	private Future<?> startBlocking(LockOperations instance, LockSpec spec, int number, List<Integer> order) {
		AtomicReference<Thread> thread = new AtomicReference<>();
		Future<?> waiter = this.threads.submit(() -> {
			thread.set(Thread.currentThread());
			try (LockLease lease = instance.acquire(spec)) {
				lease.ensureHeld();
				order.add(number);
			}
		});
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.until(() -> thread.get() != null && thread.get().getState() == Thread.State.TIMED_WAITING);
		return waiter;
	}

	@Test
	void asynchronousWaiterGivesUpWhenItsWaitTimeIsOver() {
		for (LockTemplate holder : List.of(this.here, this.there)) {
			LockLease held = holder.acquire(this.spec);
			Duration waitTime = Duration.ofMillis(300);
			long start = System.nanoTime();
			assertThat(get(this.here.tryAcquireAsync(this.spec.withWaitTime(waitTime)))).isEmpty();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(waitTime, waitTime.plusSeconds(2));
			assertThat(held.isHeld()).isTrue();
			held.close();
			assertFreeFor(Duration.ofMillis(50));
		}
	}

	@Test
	void cancelledWaiterLeavesNothingBehind() {
		for (LockTemplate holder : List.of(this.here, this.there)) {
			LockLease held = holder.acquire(this.spec);
			CompletableFuture<LockLease> waiter = this.here.acquireAsync(patient());
			awaitAnswered();
			assertThat(waiter.cancel(false)).isTrue();
			assertThat(waiter).isCancelled();
			held.close();
			assertFreeFor(Duration.ofMillis(200));
		}
	}

	@Test
	void waiterThatIsCompletedByItsCallerLeavesNothingBehind() {
		LockLease held = this.there.acquire(this.spec);
		CompletableFuture<LockLease> waiter = this.here.acquireAsync(patient()).orTimeout(50, TimeUnit.MILLISECONDS);
		assertThat(waiter).failsWithin(Duration.ofSeconds(2))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(TimeoutException.class);
		CompletableFuture<Optional<LockLease>> other = this.here.tryAcquireAsync(patient());
		assertThat(other.complete(Optional.empty())).isTrue();
		held.close();
		assertFreeFor(Duration.ofMillis(200));
	}

	@Test
	void cancellingAtAnyMomentLeavesNothingBehind() {
		for (int i = 0; i < 300; i++) {
			CompletableFuture<LockLease> waiter = this.here.acquireAsync(patient());
			for (int spin = 0; spin < i * 20; spin++) {
				Thread.onSpinWait();
			}
			if (!waiter.cancel(false)) {
				assertThat(get(waiter).release()).isEqualTo(ReleaseOutcome.RELEASED);
			}
		}
		assertFreeFor(Duration.ofMillis(100));
	}

	@Test
	void asynchronousLeaseIsRenewedAfterTheThreadThatAcquiredItHasEnded() throws Exception {
		AtomicReference<LockLease> lease = new AtomicReference<>();
		LockSpec brief = this.spec.withTtl(Duration.ofMillis(700));
		Thread thread = new Thread(() -> lease.set(get(this.here.acquireAsync(brief))));
		thread.start();
		thread.join();
		assertBusyFor(Duration.ofMillis(1800));
		assertThat(lease.get().isHeld()).isTrue();
		assertThat(get(lease.get().releaseAsync())).isEqualTo(ReleaseOutcome.RELEASED);
		assertFreeFor(Duration.ofMillis(300));
	}

	@Test
	void asynchronousLeaseWithoutRenewalIsLostWhenItsTimeIsOver() {
		LockLease lease = get(this.here.acquireAsync(this.spec.withTtl(Duration.ofMillis(200)).withRenew(false)));
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lease::ensureHeld).withMessageContaining("lost");
		assertThat(get(lease.releaseAsync())).isEqualTo(ReleaseOutcome.LOST);
		assertThat(get(this.here.acquireAsync(patient()))).satisfies(LockLease::close);
	}

	@Test
	void detachedLeaseBelongsToNoThread() throws Exception {
		LockSpec brief = this.spec.withTtl(Duration.ofMillis(600));
		AtomicReference<LockLease> lease = new AtomicReference<>();
		AtomicReference<Optional<LockLease>> again = new AtomicReference<>();
		Thread thread = new Thread(() -> {
			lease.set(this.here.acquire(brief));
			lease.get().detach();
			again.set(this.here.tryAcquire(brief));
		});
		thread.start();
		thread.join();
		assertThat(again.get()).as("entered again").isEmpty();
		assertBusyFor(Duration.ofMillis(1500));
		assertThat(lease.get().release()).isEqualTo(ReleaseOutcome.RELEASED);
	}

	@Test
	void detachedHoldKeepsTheLockAfterItsThreadHasReleasedTheOthers() {
		LockLease outer = this.here.acquire(this.spec);
		LockLease inner = this.here.acquire(this.spec);
		inner.detach();
		inner.detach();
		LockLease second = this.here.acquire(this.spec);
		assertThat(second.fencingToken()).as("still in the outer section").isEqualTo(outer.fencingToken());
		second.close();
		assertThat(outer.release()).isEqualTo(ReleaseOutcome.STILL_HELD);
		assertThat(this.here.tryAcquire(this.spec)).as("entered again").isEmpty();
		assertThat(this.there.tryAcquire(this.spec)).isEmpty();
		assertThat(inner.isHeld()).isTrue();
		assertThat(get(inner.releaseAsync())).isEqualTo(ReleaseOutcome.RELEASED);
		assertThat(this.there.tryAcquire(this.spec)).isPresent();
	}

	@Test
	void stopEndsTheWaitOfAnAsynchronousWaiterAndReleasesWhatIsHeld() {
		LockLease held = get(this.here.acquireAsync(this.spec));
		CompletableFuture<LockLease> waiter = this.here.acquireAsync(patient());
		this.here.stop();
		assertThat(waiter).failsWithin(Duration.ofSeconds(2))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(LockClosedException.class);
		assertThat(held.isHeld()).isFalse();
		assertThat(get(held.releaseAsync())).isNotNull();
		assertThat(get(this.there.tryAcquireAsync(this.spec))).isPresent();
		assertThat(this.here.acquireAsync(this.spec)).failsWithin(Duration.ofSeconds(2))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(LockClosedException.class);
	}

	@Test
	void severalLocksAreAcquiredAsynchronouslyInOneOrderAndReleasedTogether() {
		LockLeases leases = get(this.here.acquireAllAsync(several(PATIENCE, "c", "a", "b", "a")));
		assertThat(leases.asList()).extracting(LockLease::key)
			.containsExactly(this.key + "-a", this.key + "-b", this.key + "-c");
		assertThat(several(Duration.ZERO, "a", "b", "c")).noneMatch(this::isFreeThere);
		get(leases.releaseAsync());
		assertThat(leases.isHeld()).isFalse();
		get(this.there.acquireAllAsync(several(PATIENCE, "a", "b", "c"))).close();
	}

	@Test
	void ofSeveralLocksNoneIsHeldWhenTheAsynchronousCallerLearnsThatOneIsBusy() {
		try (LockLease held = this.there.acquire(several(PATIENCE, "b").get(0))) {
			assertThat(this.here.acquireAllAsync(several(Duration.ZERO, "c", "b", "a")))
				.failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.havingCause()
				.isInstanceOfSatisfying(LockNotAcquiredException.class,
						(ex) -> assertThat(ex.getKey()).isEqualTo(held.key()));
			get(this.there.acquireAllAsync(several(PATIENCE, "a", "c"))).close();
			held.ensureHeld();
		}
	}

	@Test
	void ofSeveralLocksNoneIsKeptIfOneIsNotAcquiredOrTheWaitIsGivenUp() {
		LockSpec first = several(Duration.ZERO, "a").get(0);
		try (LockLease held = this.there.acquire(several(PATIENCE, "b").get(0))) {
			assertThat(this.here.acquireAllAsync(withMinHold(several(Duration.ZERO, "b", "a"))))
				.failsWithin(Duration.ofSeconds(5));
			Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> isFreeThere(first));
			CompletableFuture<LockLeases> waiter = this.here.acquireAllAsync(withMinHold(several(PATIENCE, "b", "a")));
			Awaitility.await().until(() -> !isFreeThere(first));
			assertThat(waiter.cancel(false)).isTrue();
			Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> isFreeThere(first));
			held.ensureHeld();
		}
	}

	static List<LockSpec> withMinHold(List<LockSpec> specs) {
		return specs.stream().map((spec) -> spec.withMinHold(Duration.ofSeconds(30))).toList();
	}

	@Test
	void givingUpTheWaitForSeveralLocksReleasesThoseThatAreHeldAlready() {
		try (LockLease held = this.there.acquire(several(PATIENCE, "b").get(0))) {
			CompletableFuture<LockLeases> waiter = this.here.acquireAllAsync(several(PATIENCE, "b", "a"));
			LockSpec first = several(Duration.ZERO, "a").get(0);
			Awaitility.await().until(() -> !isFreeThere(first));
			assertThat(waiter.cancel(false)).isTrue();
			Awaitility.await().until(() -> isFreeThere(first));
			held.ensureHeld();
		}
	}

	private List<LockSpec> several(Duration waitTime, String... suffixes) {
		return Stream.of(suffixes)
			.map((suffix) -> LockSpec.of(this.key + "-" + suffix).withWaitTime(waitTime))
			.toList();
	}

	private boolean isFreeThere(LockSpec spec) {
		Optional<LockLease> lease = this.there.tryAcquire(spec);
		lease.ifPresent(LockLease::close);
		return lease.isPresent();
	}

	@Test
	void asynchronousExecutionHoldsTheLockUntilTheStageOfTheActionHasCompleted() {
		CompletableFuture<String> work = new CompletableFuture<>();
		CompletableFuture<Long> token = new CompletableFuture<>();
		CompletableFuture<String> result = this.here.executeAsync(this.spec, (lease) -> {
			token.complete(lease.fencingToken());
			return work;
		});
		assertThat(get(token)).isPositive();
		assertThat(this.there.tryAcquire(this.spec)).isEmpty();
		assertThat(result).isNotDone();
		work.complete("done");
		assertThat(get(result)).isEqualTo("done");
		assertThat(this.there.tryAcquire(this.spec)).as("free when the result is there").isPresent();
	}

	@Test
	void asynchronousExecutionPassesTheFailureOfTheActionUnchangedAndReleases() {
		Exception failure = new Exception("body");
		IllegalStateException thrown = new IllegalStateException("thrown");
		assertThat(this.here.executeAsync(this.spec, (lease) -> CompletableFuture.failedFuture(failure)))
			.failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.withCause(failure);
		assertThat(this.there.tryAcquire(this.spec)).get().satisfies(LockLease::close);
		assertThat(this.here.executeAsync(this.spec, (lease) -> {
			throw thrown;
		})).failsWithin(Duration.ofSeconds(5)).withThrowableThat().withCause(thrown);
		assertThat(this.there.tryAcquire(this.spec)).get().satisfies(LockLease::close);
	}

	@Test
	void asynchronousExecutionOfAnActionWithoutAStageFailsAndReleases() {
		CompletableFuture<String> result = this.here.executeAsync(this.spec, (lease) -> null);
		assertThat(result).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.withMessageContaining("must not return null");
		assertThat(this.there.tryAcquire(this.spec)).get().satisfies(LockLease::close);
	}

	@Test
	void asynchronousExecutionHoldsTheLockAlsoForAStageThatIsNoFuture() {
		CompletableFuture<String> work = new CompletableFuture<>();
		CompletionStage<String> stage = mock(AdditionalAnswers.delegatesTo(work));
		willThrow(UnsupportedOperationException.class).given(stage).toCompletableFuture();
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<String> result = this.here.executeAsync(this.spec, (lease) -> {
			begun.countDown();
			return stage;
		});
		Awaitility.await().until(() -> begun.getCount() == 0);
		assertBusyFor(Duration.ofMillis(50));
		assertThat(result).isNotDone();
		assertThat(result.cancel(true)).isTrue();
		assertBusyFor(Duration.ofMillis(50));
		work.complete("done");
		Awaitility.await().untilAsserted(() -> assertThat(this.there.tryAcquire(this.spec)).isPresent());
	}

	@Test
	void cancellingAnAsynchronousExecutionGivesUpTheWaitOrCancelsTheAction() {
		CompletableFuture<String> work = new CompletableFuture<>();
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<String> running = this.here.executeAsync(this.spec, (lease) -> {
			begun.countDown();
			return work;
		});
		AtomicInteger others = new AtomicInteger();
		CompletableFuture<String> waiting = this.here.executeAsync(patient(), (lease) -> {
			others.incrementAndGet();
			return CompletableFuture.completedFuture("never");
		});
		assertThat(waiting.cancel(true)).isTrue();
		Awaitility.await().until(() -> begun.getCount() == 0);
		assertThat(work).isNotDone();
		assertThat(running.cancel(true)).isTrue();
		assertThat(work).isCancelled();
		Awaitility.await().untilAsserted(() -> assertThat(this.there.tryAcquire(this.spec)).isPresent());
		assertThat(others).hasValue(0);
	}

	@Test
	void manyAsynchronousWaitersNeedNoThreadsAndAllHaveTheirTurn() {
		LockLease held = this.here.acquire(this.spec);
		int threadsBefore = Thread.activeCount();
		AtomicInteger turns = new AtomicInteger();
		Oracle oracle = new Oracle();
		List<CompletableFuture<?>> waiters = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			waiters.add(this.here.acquireAsync(this.spec.withWaitTime(Duration.ofSeconds(30))).thenCompose((lease) -> {
				oracle.enter();
				turns.incrementAndGet();
				oracle.exit();
				return lease.releaseAsync();
			}));
		}
		assertThat(Thread.activeCount() - threadsBefore).isLessThan(50);
		held.close();
		get(CompletableFuture.allOf(waiters.toArray(CompletableFuture[]::new)).orTimeout(30, TimeUnit.SECONDS));
		assertThat(turns).hasValue(500);
		assertThat(oracle.maxHolders()).isEqualTo(1);
	}

	@Test
	void neverTwoHoldersAndTokensRiseWhenBlockingAndAsynchronousCallersWaitGiveUpAndCancel() throws Exception {
		Oracle oracle = new Oracle();
		FencingOracle fencing = new FencingOracle();
		long end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
		List<Future<Integer>> all = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			LockTemplate instance = (i % 2 != 0) ? this.here : this.there;
			boolean fair = i >= 6;
			boolean async = i < 5;
			all.add(this.threads.submit(() -> contendAsynchronously(instance, fair, async, end, oracle, fencing)));
		}
		int acquired = 0;
		for (Future<Integer> each : all) {
			acquired += each.get(30, TimeUnit.SECONDS);
		}
		assertThat(acquired).isGreaterThan(20);
		assertThat(oracle.maxHolders()).isEqualTo(1);
		fencing.verify();
		assertFreeFor(Duration.ofMillis(50));
	}

	private int contendAsynchronously(LockTemplate instance, boolean fair, boolean async, long end, Oracle oracle,
			FencingOracle fencing) throws Exception {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		int acquired = 0;
		while (System.nanoTime() - end < 0) {
			LockSpec each = this.spec.withFair(fair).withWaitTime(Duration.ofMillis(random.nextInt(30)));
			CompletableFuture<Optional<LockLease>> waiter = async ? instance.tryAcquireAsync(each)
					: CompletableFuture.completedFuture(instance.tryAcquire(each));
			if (random.nextInt(5) == 0) {
				this.interrupter.schedule(() -> waiter.cancel(false), random.nextInt(20_000), TimeUnit.MICROSECONDS);
			}
			try {
				Optional<LockLease> lease = waiter.get(10, TimeUnit.SECONDS);
				if (lease.isPresent()) {
					acquired++;
					oracle.enter();
					fencing.enter(lease.get().fencingToken());
					oracle.exit();
					if (async) {
						lease.get().releaseAsync();
					}
					else {
						lease.get().close();
					}
				}
			}
			catch (CancellationException ex) {
				assertThat(waiter).isCancelled();
			}
		}
		return acquired;
	}

	private LockSpec patient() {
		return this.spec.withWaitTime(PATIENCE);
	}

	/**
	 * Wait until nothing is under way to the store.
	 */
	private void awaitAnswered() {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.until(() -> this.counted.answers() == this.counted.acquisitions());
	}

	static <T> T get(CompletionStage<T> stage) {
		return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
	}

}
