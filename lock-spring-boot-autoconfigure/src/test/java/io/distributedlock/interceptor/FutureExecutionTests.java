package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.OnContention;
import io.distributedlock.OnLost;
import io.distributedlock.OnStoreFailure;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.scheduling.annotation.Async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Methods that return futures, with a real engine.
 */
@Timeout(30)
class FutureExecutionTests {

	private final TwoInstances instances = new TwoInstances();

	private final Orders target = new Orders(this.instances);

	private final Orders orders = this.instances.proxy(this.target);

	private final CompletableFuture<String> work = new CompletableFuture<>();

	@AfterEach
	void stop() {
		this.instances.store.giveWithheldAnswers();
		this.instances.stop();
	}

	@Test
	void lockIsHeldUntilTheFutureHasCompletedAndFreeWhenTheCallerSeesIt() {
		CompletableFuture<String> result = this.orders.pay("1", this.work);
		CompletableFuture<Boolean> free = result.thenApply((receipt) -> this.instances.isFree("1"));
		this.instances.assertHeld("1");
		assertThat(result).isNotDone();
		this.work.complete("paid");
		assertThat(result).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("paid");
		assertThat(free).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(true);
	}

	@Test
	void lockIsReleasedWhenTheFutureFailsAndTheCallerSeesTheSameException() {
		CompletableFuture<String> result = this.orders.pay("1", this.work.thenApply((value) -> value));
		IllegalStateException failure = new IllegalStateException("body");
		this.work.completeExceptionally(failure);
		assertThat(result).failsWithin(Duration.ofSeconds(5)).withThrowableThat().withCause(failure);
		this.instances.assertFree("1");
	}

	@Test
	void completionStageIsHeldToo() {
		CompletionStage<String> result = this.orders.payStage("1", this.work);
		this.instances.assertHeld("1");
		this.work.complete("paid");
		assertThat(result).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("paid");
		this.instances.assertFree("1");
	}

	@Test
	void stageThatOnlyItsMakerCanCompleteIsHeldToo() {
		CompletionStage<String> result = this.orders.payStage("1", this.work.minimalCompletionStage());
		this.instances.assertHeld("1");
		assertThat(result.toCompletableFuture().cancel(true)).isTrue();
		this.instances.assertHeld("1");
		this.work.complete("paid");
		this.instances.awaitFree("1");
		assertThat(this.orders.payStage("1", CompletableFuture.completedStage("paid")))
			.succeedsWithin(Duration.ofSeconds(5))
			.isEqualTo("paid");
		this.instances.assertFree("1");
	}

	@Test
	void futureThatIsCompleteAlreadyIsReturnedAsItIsAndTheLockIsFree() {
		this.work.complete("paid");
		assertThat(this.orders.pay("1", this.work)).isSameAs(this.work);
		this.instances.assertFree("1");
	}

	@Test
	void exceptionOfTheMethodItselfIsThrownAndTheLockReleased() {
		assertThatIllegalStateException().isThrownBy(() -> this.orders.fail("1")).withMessage("body");
		this.instances.assertFree("1");
	}

	@Test
	void nullIsReturnedAndTheLockReleased() {
		assertThat(this.orders.nothing("1")).isNull();
		this.instances.assertFree("1");
	}

	@Test
	void callsOfOneThreadExcludeEachOther() {
		CompletableFuture<String> first = this.orders.pay("1", this.work);
		assertThat(this.orders.payAtOnce("1", this.work)).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(LockNotAcquiredException.class)
			.withMessageContaining("'1'");
		assertThat(this.orders.payAtOnce("2", CompletableFuture.completedFuture("other")))
			.isCompletedWithValue("other");
		this.work.complete("paid");
		assertThat(first).succeedsWithin(Duration.ofSeconds(5));
		assertThat(this.orders.payAtOnce("1", this.work)).isCompletedWithValue("paid");
	}

	@Test
	void whatTheMethodCallsBeforeItReturnsEntersTheLockAgain() {
		this.target.self = this.orders;
		CompletableFuture<String> result = this.orders.outer("1", this.work);
		assertThat(this.target.nested).isEqualTo("nested");
		this.instances.assertHeld("1");
		this.work.complete("paid");
		assertThat(result).succeedsWithin(Duration.ofSeconds(5));
		this.instances.assertFree("1");
	}

	@Test
	void futureOfACallInsideALockedSectionKeepsTheLockWhenThatEnds() {
		LockLease section = this.instances.here.acquire(LockSpec.of("1"));
		CompletableFuture<String> result = this.orders.pay("1", this.work);
		section.close();
		this.instances.assertHeld("1");
		assertThat(this.instances.here.tryAcquire(LockSpec.of("1").withWaitTime(Duration.ZERO))).isEmpty();
		this.work.complete("paid");
		assertThat(result).succeedsWithin(Duration.ofSeconds(5));
		this.instances.assertFree("1");
	}

	@Test
	void threadThatCompletesTheFutureIsNotBlockedByTheReleaseAndRunsNoneOfTheCallersCode() {
		CompletableFuture<String> result = this.orders.pay("1", this.work);
		CompletableFuture<String> thread = result.thenApply((receipt) -> Thread.currentThread().getName());
		this.instances.store.withholdAnswersToReleases();
		long start = System.nanoTime();
		this.work.complete("paid");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TwoInstances.RELEASE_TIMEOUT);
		assertThat(result).as("completed before the lock was released").isNotDone();
		this.instances.store.giveWithheldAnswers();
		assertThat(thread).succeedsWithin(Duration.ofSeconds(5)).asString().startsWith("distributed-lock-completion-");
	}

	@Test
	void cancellingTheResultCancelsTheFutureOfTheMethodAndReleases() {
		CompletableFuture<String> result = this.orders.pay("1", this.work);
		assertThat(result.cancel(true)).isTrue();
		assertThat(this.work).isCancelled();
		this.instances.awaitFree("1");
	}

	@Test
	void cancelledFutureOfTheMethodReleases() {
		CompletableFuture<String> result = this.orders.pay("1", this.work);
		this.work.cancel(true);
		assertThat(result).failsWithin(Duration.ofSeconds(5));
		assertThat(result).isCancelled();
		this.instances.assertFree("1");
	}

	@Test
	void leaseIsRenewedAfterTheThreadOfTheCallerHasEnded() throws Exception {
		AtomicReference<CompletableFuture<String>> result = new AtomicReference<>();
		Thread caller = new Thread(() -> result.set(this.orders.payBriefly("1", this.work)));
		caller.start();
		caller.join();
		long end = System.nanoTime() + Duration.ofMillis(1300).toNanos();
		while (System.nanoTime() - end < 0) {
			this.instances.assertHeld("1");
		}
		this.work.complete("paid");
		assertThat(result.get()).succeedsWithin(Duration.ofSeconds(5));
		this.instances.assertFree("1");
	}

	@Test
	void skippedCallReturnsACompletedFuture() {
		try (LockLease held = this.instances.holdThere("1")) {
			assertThat(this.orders.skip("1", this.work)).isCompletedWithValue(null);
			assertThat(this.orders.skipOptional("1")).isCompletedWithValue(Optional.empty());
			assertThat(this.target.calls).hasValue(0);
			held.ensureHeld();
		}
	}

	@Test
	void fallbackIsCalledAndItsFutureReturned() {
		try (LockLease held = this.instances.holdThere("1")) {
			assertThat(this.orders.payOrQueue("1")).isCompletedWithValue("queued 1 behind there");
			held.ensureHeld();
		}
	}

	@Test
	void failureOfTheStoreFailsTheFutureOrIsIgnoredAsTheAnnotationSays() {
		this.instances.store.refuseAcquisitions();
		assertThat(this.orders.payAtOnce("1", this.work)).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(LockStoreException.class);
		assertThat(this.orders.skipWithoutStore("1", this.work)).isCompletedWithValue(null);
		assertThat(this.target.calls).hasValue(0);
		assertThat(this.orders.payWithoutStore("1", this.work)).isSameAs(this.work);
		assertThat(this.target.calls).hasValue(1);
	}

	@Test
	void invalidKeyIsAnErrorOfTheCall() {
		assertThatExceptionOfType(InvalidLockKeyException.class).isThrownBy(() -> this.orders.pay(null, this.work));
	}

	@Test
	void severalLocksAreAllHeldUntilTheFutureHasCompleted() {
		CompletableFuture<String> result = this.orders.transfer(List.of("b", "a", "c"), this.work);
		this.instances.assertHeld("a", "b", "c");
		this.work.complete("done");
		assertThat(result).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("done");
		this.instances.assertFree("a", "b", "c");
	}

	@Test
	void ofSeveralLocksNoneIsHeldIfOneIsBusy() {
		try (LockLease held = this.instances.holdThere("b")) {
			assertThat(this.orders.transfer(List.of("c", "b", "a"), this.work)).failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(LockNotAcquiredException.class)
				.withMessageContaining("'b'");
			this.instances.assertFree("a", "c");
			held.ensureHeld();
		}
	}

	@Test
	void leaseIsPassedToTheMethodAndHeldUntilTheEnd() {
		CompletableFuture<String> result = this.orders.withLease("1", this.work, null);
		LockLease lease = this.target.lease;
		assertThat(lease.isHeld()).isTrue();
		assertThat(LockLease.current()).as("lease of this thread after the call").isEmpty();
		this.work.complete("paid");
		assertThat(result).succeedsWithin(Duration.ofSeconds(5));
		assertThat(lease.isHeld()).isFalse();
	}

	@Test
	void lostLeaseEndsTheCallIfTheAnnotationSaysSo() {
		CompletableFuture<String> result = this.orders.payWithHardLease("1", this.work);
		assertThat(result).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(LockLostException.class)
			.withMessageContaining("'1'");
		Awaitility.await().until(this.work::isCancelled);
		assertThat(Thread.interrupted()).as("interrupted").isFalse();
	}

	@Test
	void shutdownReleasesTheLockOfACallThatGoesOn() {
		CompletableFuture<String> result = this.orders.pay("1", this.work);
		this.instances.here.stop();
		this.instances.assertFree("1");
		this.work.complete("paid");
		assertThat(result).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("paid");
	}

	@Test
	void interruptDoesNotEndTheWaitForAFutureThatDoesNotTellWhenItIsDone() throws Exception {
		FutureTask<String> task = new FutureTask<>(() -> "paid");
		AtomicBoolean interrupted = new AtomicBoolean();
		Thread caller = new Thread(() -> {
			this.orders.payLater("1", task);
			interrupted.set(Thread.interrupted());
		});
		caller.start();
		Awaitility.await().until(() -> this.target.calls.get() > 0);
		awaitWaiting(caller);
		caller.interrupt();
		Awaitility.await().during(Duration.ofMillis(100)).until(() -> !this.instances.isFree("1"));
		awaitWaiting(caller);
		task.run();
		caller.join();
		assertThat(interrupted).as("interrupted after the call").isTrue();
		this.instances.assertFree("1");
	}

	@Test
	void lostLeaseEndsTheWaitForAFutureThatDoesNotTellWhenItIsDone() throws Exception {
		FutureTask<String> task = new FutureTask<>(() -> "paid");
		AtomicBoolean interrupted = new AtomicBoolean();
		Thread caller = new Thread(() -> {
			this.orders.payLaterWithHardLease("1", task);
			interrupted.set(Thread.interrupted());
		});
		caller.start();
		caller.join();
		assertThat(task).isCancelled();
		assertThat(interrupted).as("interrupted after the call").isFalse();
	}

	@Test
	void failureOfAFutureThatCannotBeWaitedForReleases() {
		FutureTask<String> broken = new FutureTask<>(() -> "paid") {

			@Override
			public String get() {
				throw new IllegalStateException("broken");
			}

		};
		assertThatIllegalStateException().isThrownBy(() -> this.orders.payLater("1", broken)).withMessage("broken");
		this.instances.assertFree("1");
	}

	private static void awaitWaiting(Thread thread) {
		Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING && !thread.isInterrupted());
	}

	@Test
	void threadThatMustNotBeBlockedIsRefused() {
		assertThatIllegalStateException().isThrownBy(
				() -> Mono.fromFuture(() -> this.orders.pay("1", this.work)).subscribeOn(Schedulers.parallel()).block())
			.withMessageContaining("'1'")
			.withMessageContaining("Mono");
		this.instances.assertFree("1");
	}

	@Test
	void noUpdateIsLostWhenManyThreadsCallAndOthersComplete() throws Exception {
		int[] unprotected = new int[1];
		CountDownLatch done = new CountDownLatch(200);
		List<Thread> callers = IntStream.range(0, 4).mapToObj((i) -> new Thread(() -> {
			for (int j = 0; j < 50; j++) {
				this.orders.increment(unprotected).whenComplete((value, failure) -> done.countDown());
			}
		})).toList();
		callers.forEach(Thread::start);
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(unprotected[0]).isEqualTo(200);
	}

	static class Orders {

		final AtomicInteger calls = new AtomicInteger();

		private final TwoInstances instances;

		Orders self;

		String nested;

		LockLease lease;

		Orders(TwoInstances instances) {
			this.instances = instances;
		}

		@DistributedLock(key = "#orderId")
		CompletableFuture<String> pay(@Nullable String orderId, CompletableFuture<String> work) {
			this.calls.incrementAndGet();
			return work;
		}

		@DistributedLock(key = "#orderId")
		CompletionStage<String> payStage(String orderId, CompletionStage<String> work) {
			return work;
		}

		@Async
		@DistributedLock(key = "#orderId")
		Future<String> payLater(String orderId, Future<String> task) {
			this.calls.incrementAndGet();
			return task;
		}

		@Async
		@DistributedLock(key = "#orderId", ttl = "200ms", renew = "false", onLost = OnLost.INTERRUPT)
		Future<String> payLaterWithHardLease(String orderId, Future<String> task) {
			return task;
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		CompletableFuture<String> payAtOnce(String orderId, CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(key = "#orderId", ttl = "600ms")
		CompletableFuture<String> payBriefly(String orderId, CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(key = "#orderId", ttl = "200ms", renew = "false", onLost = OnLost.INTERRUPT)
		CompletableFuture<String> payWithHardLease(String orderId, CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(key = "#orderId")
		CompletableFuture<String> fail(String orderId) {
			throw new IllegalStateException("body");
		}

		@DistributedLock(key = "#orderId")
		@Nullable CompletableFuture<String> nothing(String orderId) {
			return null;
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		CompletableFuture<String> outer(String orderId, CompletableFuture<String> work) {
			this.nested = this.self.inner(orderId);
			return this.self.payAtOnce(orderId, work);
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		String inner(String orderId) {
			return "nested";
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		CompletableFuture<String> skip(String orderId, CompletableFuture<String> work) {
			this.calls.incrementAndGet();
			return work;
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onStoreFailure = OnStoreFailure.SKIP)
		CompletableFuture<String> skipWithoutStore(String orderId, CompletableFuture<String> work) {
			this.calls.incrementAndGet();
			return work;
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED)
		CompletableFuture<String> payWithoutStore(String orderId, CompletableFuture<String> work) {
			this.calls.incrementAndGet();
			return work;
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		CompletableFuture<Optional<String>> skipOptional(String orderId) {
			this.calls.incrementAndGet();
			return CompletableFuture.completedFuture(Optional.of("run"));
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.FALLBACK, fallback = "queue")
		CompletableFuture<String> payOrQueue(String orderId) {
			return CompletableFuture.completedFuture("paid");
		}

		CompletableFuture<String> queue(String orderId, LockNotAcquiredException reason) {
			assertThat(reason.getHolder()).isNotNull();
			return CompletableFuture
				.completedFuture("queued %s behind %s".formatted(orderId, reason.getHolder().application()));
		}

		@DistributedLock(key = "#keys", waitTime = "0")
		CompletableFuture<String> transfer(List<String> keys, CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(key = "#orderId")
		CompletableFuture<String> withLease(String orderId, CompletableFuture<String> work, @Nullable LockLease lease) {
			this.lease = lease;
			return work;
		}

		@DistributedLock(name = "counter", waitTime = "20s")
		CompletableFuture<Integer> increment(int[] unprotected) {
			int read = unprotected[0];
			return CompletableFuture.supplyAsync(() -> {
				Thread.yield();
				unprotected[0] = read + 1;
				return read;
			});
		}

	}

}
