package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockAlreadyHeldException;
import io.distributedlock.LockException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.OnContention;
import io.distributedlock.OnLost;
import io.distributedlock.OnStoreFailure;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.testsupport.Oracle;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import org.aopalliance.intercept.MethodInterceptor;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.aop.support.DefaultPointcutAdvisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Methods that return publishers, with a real engine.
 */
@Timeout(30)
class PublisherExecutionTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final TwoInstances instances = new TwoInstances();

	private final Orders target = new Orders(this.instances);

	private final Orders orders = proxy();

	private final List<String> signals = Collections.synchronizedList(new ArrayList<>());

	private Orders proxy() {
		this.target.self = this.instances.proxy(this.target);
		return this.target.self;
	}

	@AfterEach
	void stop() {
		this.instances.store.giveWithheldAnswers();
		this.instances.stop();
	}

	@Test
	void lockIsTakenForTheSubscriptionAndNotBefore() {
		Mono<String> mono = this.orders.pay("1", Mono.just("paid"));
		this.instances.assertFree("1");
		assertThat(this.target.calls).hasValue(0);
		StepVerifier.create(mono).expectNext("paid").expectComplete().verify(TIMEOUT);
		assertThat(this.target.calls).hasValue(1);
		this.instances.assertFree("1");
	}

	@Test
	void eachSubscriptionTakesTheLockAndCallsTheMethodWithAllThatIsInsideTheLock() {
		AtomicInteger advised = new AtomicInteger();
		MethodInterceptor inner = (invocation) -> {
			advised.incrementAndGet();
			return invocation.proceed();
		};
		Orders proxy = this.instances.proxy(this.target, new DefaultPointcutAdvisor(inner));
		Mono<String> mono = proxy.pay("1", Mono.just("paid"));
		for (int i = 1; i <= 3; i++) {
			StepVerifier.create(mono).expectNext("paid").expectComplete().verify(TIMEOUT);
			assertThat(this.target.calls).hasValue(i);
			assertThat(advised).hasValue(i);
		}
		assertThat(this.target.heldWhenCalled).containsExactly(true, true, true);
	}

	@Test
	void retryTakesTheLockAgain() {
		Mono<String> failing = Mono.defer(() -> (this.target.calls.get() < 3)
				? Mono.error(new IllegalStateException("attempt")) : Mono.just("paid"));
		StepVerifier.create(this.orders.pay("1", failing).retry(5)).expectNext("paid").expectComplete().verify(TIMEOUT);
		assertThat(this.target.heldWhenCalled).containsExactly(true, true, true);
		this.instances.assertFree("1");
	}

	@Test
	void lockIsHeldUntilCompletionAndFreeWhenTheSubscriberSeesIt() {
		Sinks.One<String> work = Sinks.one();
		CompletableFuture<Boolean> free = this.orders.pay("1", work.asMono())
			.map((receipt) -> this.instances.isFree("1"))
			.toFuture();
		awaitRunning();
		this.instances.assertHeld("1");
		assertThat(free).isNotDone();
		work.tryEmitValue("paid");
		assertThat(free).succeedsWithin(TIMEOUT).isEqualTo(true);
	}

	@Test
	void lockIsHeldWhileAFluxEmits() {
		Sinks.Many<String> work = Sinks.many().unicast().onBackpressureBuffer();
		this.orders.stream("1", work.asFlux())
			.doOnNext(this.signals::add)
			.subscribe(null, null, () -> this.signals.add("complete " + this.instances.isFree("1")));
		awaitRunning();
		work.tryEmitNext("a");
		work.tryEmitNext("b");
		Awaitility.await().untilAsserted(() -> assertThat(this.signals).containsExactly("a", "b"));
		this.instances.assertHeld("1");
		work.tryEmitComplete();
		Awaitility.await().untilAsserted(() -> assertThat(this.signals).containsExactly("a", "b", "complete true"));
	}

	@Test
	void errorIsPassedUnchangedAfterTheRelease() {
		IllegalStateException failure = new IllegalStateException("body");
		List<Boolean> free = new ArrayList<>();
		StepVerifier
			.create(this.orders.pay("1", Mono.error(failure)).doOnError((ex) -> free.add(this.instances.isFree("1"))))
			.expectErrorMatches(failure::equals)
			.verify(TIMEOUT);
		StepVerifier.create(this.orders.stream("2", Flux.just("a").concatWith(Flux.error(failure))))
			.expectNext("a")
			.expectErrorMatches(failure::equals)
			.verify(TIMEOUT);
		assertThat(free).containsExactly(true);
		this.instances.assertFree("1", "2");
	}

	@Test
	void exceptionOfTheMethodItselfIsAnErrorAndReleases() {
		StepVerifier.create(this.orders.fail("1"))
			.expectErrorMatches((ex) -> ex instanceof IllegalStateException && ex.getMessage().equals("body"))
			.verify(TIMEOUT);
		this.instances.assertFree("1");
	}

	@Test
	void methodThatReturnsNullIsEmpty() {
		StepVerifier.create(this.orders.nothing("1")).expectComplete().verify(TIMEOUT);
		this.instances.assertFree("1");
	}

	@Test
	void cancellingTheWaitLeavesNothingBehind() {
		LockLease held = this.instances.holdThere("1");
		Disposable waiting = this.orders.pay("1", Mono.just("paid")).subscribe(this.signals::add);
		Awaitility.await().pollDelay(Duration.ofMillis(50)).until(() -> true);
		waiting.dispose();
		held.close();
		this.instances.awaitFree("1");
		assertThat(this.target.calls).hasValue(0);
		assertThat(this.signals).isEmpty();
	}

	@Test
	void lockThatComesWhenItsSubscriptionIsCancelledIsNotKept() {
		CompletableFuture<LockLease> grant = new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				return false;
			}

		};
		LockOperations locks = mock();
		given(locks.acquireAsync(any())).willReturn(grant);
		this.instances.proxy(this.target, () -> locks).pay("1", Mono.just("paid")).subscribe().dispose();
		LockSpec kept = LockSpec.of("1").withMinHold(Duration.ofMinutes(1));
		grant.complete(this.instances.here.acquireAsync(kept).join());
		this.instances.awaitFree("1");
		assertThat(this.target.calls).hasValue(0);
	}

	@Test
	void cancellingTheBodyCancelsItAndReleases() {
		for (String id : List.of("mono", "flux")) {
			CountDownLatch cancelled = new CountDownLatch(1);
			Flux<String> endless = Flux.<String>never().doOnCancel(cancelled::countDown);
			Disposable running = (id.equals("mono") ? Flux.from(this.orders.pay(id, endless.next()))
					: this.orders.stream(id, endless))
				.subscribe(this.signals::add);
			awaitRunning();
			this.instances.assertHeld(id);
			running.dispose();
			this.instances.awaitFree(id);
			assertThat(cancelled.getCount()).isZero();
		}
	}

	@Test
	void takingAFewElementsReleases() {
		StepVerifier.create(this.orders.stream("1", Flux.just("a", "b", "c")).take(2))
			.expectNext("a", "b")
			.expectComplete()
			.verify(TIMEOUT);
		this.instances.awaitFree("1");
	}

	@Test
	void cancellingAfterTheEndDoesNothing() {
		Disposable done = this.orders.pay("1", Mono.just("paid")).subscribe(this.signals::add);
		Awaitility.await().until(done::isDisposed);
		LockLease next = this.instances.holdThere("1");
		done.dispose();
		assertThat(next.isHeld()).isTrue();
		this.instances.assertHeld("1");
		next.close();
	}

	@Test
	void cancellingAtAnyMomentLeavesNothingBehind() {
		for (int i = 0; i < 500; i++) {
			Publisher<String> publisher = switch (i % 3) {
				case 0 -> this.orders.pay("1", Mono.just("paid"));
				case 1 -> this.orders.stream("1", Flux.just("a", "b"));
				default -> this.orders.transfer(List.of("1", "2"), Mono.just("paid"));
			};
			Disposable subscription = Flux.from(publisher).subscribe((value) -> {
			}, (ex) -> this.signals.add(ex.toString()));
			for (int spin = 0; spin < i * 20; spin++) {
				Thread.onSpinWait();
			}
			subscription.dispose();
		}
		this.instances.awaitFree("1", "2");
		assertThat(this.signals).isEmpty();
	}

	@Test
	void busyLockIsAnErrorAfterTheWaitTime() {
		try (LockLease held = this.instances.holdThere("1")) {
			StepVerifier.create(this.orders.payImpatiently("1", Mono.just("paid")))
				.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(LockNotAcquiredException.class)
					.hasMessageContaining("'1'")
					.hasMessageContaining("there@"))
				.verify(TIMEOUT);
			assertThat(this.target.calls).hasValue(0);
			held.ensureHeld();
		}
	}

	@Test
	void waitingForTheLockDoesNotBlockTheThreadOfTheSubscriber() {
		Scheduler single = Schedulers.newSingle("only");
		LockLease held = this.instances.holdThere("1");
		try {
			CompletableFuture<String> waiting = this.orders.pay("1", Mono.just("paid")).subscribeOn(single).toFuture();
			for (int i = 0; i < 20; i++) {
				assertThat(Mono.just("other").subscribeOn(single).block(TIMEOUT)).isEqualTo("other");
				assertThat(this.orders.pay("2", Mono.just("paid")).subscribeOn(single).toFuture())
					.succeedsWithin(TIMEOUT);
			}
			assertThat(waiting).isNotDone();
			held.close();
			assertThat(waiting).succeedsWithin(TIMEOUT).isEqualTo("paid");
		}
		finally {
			single.dispose();
		}
	}

	@Test
	void neitherTheStoreNorTheTimerRunsWhatFollows() {
		LockLease held = this.instances.holdThere("1");
		CompletableFuture<List<String>> threads = this.orders
			.pay("1", Mono.fromSupplier(() -> Thread.currentThread().getName()))
			.map((body) -> List.of(body, Thread.currentThread().getName()))
			.toFuture();
		held.close();
		assertThat(threads).succeedsWithin(TIMEOUT)
			.satisfies((names) -> assertThat(names)
				.allSatisfy((name) -> assertThat(name).startsWith("distributed-lock-completion-")));
	}

	@Test
	void subscriptionsOnOneThreadExcludeEachOther() {
		Scheduler single = Schedulers.newSingle("only");
		Oracle oracle = new Oracle();
		try {
			Mono<Long> body = Mono.defer(() -> {
				oracle.enter();
				return Mono.delay(Duration.ofMillis(5), single);
			}).doOnTerminate(oracle::exit);
			List<CompletableFuture<Long>> all = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				all.add(this.orders.count("1", body).subscribeOn(single).toFuture());
			}
			assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))).succeedsWithin(TIMEOUT);
			assertThat(oracle.entries()).isEqualTo(20);
			assertThat(oracle.maxHolders()).isEqualTo(1);
		}
		finally {
			single.dispose();
		}
	}

	@Test
	void nestedCallInTheSameChainEntersTheLockAgainAndTheOuterOneReleasesIt() {
		StepVerifier.create(this.orders.outer("1")).expectNext("nested held").expectComplete().verify(TIMEOUT);
		this.instances.assertFree("1");
		StepVerifier.create(this.orders.outerStream("1"))
			.expectNext("nested held", "nested held")
			.expectComplete()
			.verify(TIMEOUT);
		this.instances.assertFree("1");
	}

	@Test
	void nestedCallThatOutlivesTheOuterOneKeepsTheLock() {
		Sinks.One<String> work = Sinks.one();
		StepVerifier.create(this.orders.outerThatForks("1", work.asMono()))
			.expectNext("outer")
			.expectComplete()
			.verify(TIMEOUT);
		this.instances.assertHeld("1");
		work.tryEmitValue("inner");
		this.instances.awaitFree("1");
	}

	@Test
	void lockThatIsNotReentrantFailsAtOnceInsideItself() {
		StepVerifier.create(this.orders.outerThatIsNotReentrant("1"))
			.expectError(LockAlreadyHeldException.class)
			.verify(TIMEOUT);
		this.instances.assertFree("1");
	}

	@Test
	void chainThatDoesNotHoldTheLockDoesNotEnterIt() {
		Sinks.One<String> work = Sinks.one();
		Disposable holder = this.orders.pay("1", work.asMono()).subscribe();
		awaitRunning();
		StepVerifier.create(this.orders.payImpatiently("1", Mono.just("paid")))
			.expectError(LockNotAcquiredException.class)
			.verify(TIMEOUT);
		holder.dispose();
		this.instances.awaitFree("1");
	}

	@Test
	void skippedCallIsEmpty() {
		try (LockLease held = this.instances.holdThere("1")) {
			StepVerifier.create(this.orders.skip("1")).expectComplete().verify(TIMEOUT);
			StepVerifier.create(this.orders.skipStream("1")).expectComplete().verify(TIMEOUT);
			assertThat(this.orders.skipMaybe("1").isEmpty().blockingGet()).isTrue();
			assertThat(this.target.calls).hasValue(0);
			held.ensureHeld();
		}
	}

	@Test
	void fallbackIsCalledAndItsPublisherSubscribed() {
		try (LockLease held = this.instances.holdThere("1")) {
			StepVerifier.create(this.orders.payOrQueue("1"))
				.expectNext("queued 1 behind there")
				.expectComplete()
				.verify(TIMEOUT);
			held.ensureHeld();
		}
	}

	@Test
	void failureOfTheStoreIsAnErrorOrIsIgnoredAsTheAnnotationSays() {
		this.instances.store.refuseAcquisitions();
		StepVerifier.create(this.orders.payImpatiently("1", Mono.just("paid")))
			.expectError(LockStoreException.class)
			.verify(TIMEOUT);
		StepVerifier.create(this.orders.skipStreamWithoutStore("1")).expectComplete().verify(TIMEOUT);
		assertThat(this.target.calls).hasValue(0);
		StepVerifier.create(this.orders.payWithoutStore("1", Mono.just("paid")))
			.expectNext("paid")
			.expectComplete()
			.verify(TIMEOUT);
		assertThat(this.target.heldWhenCalled).containsExactly(false);
	}

	@Test
	void handlerOfFailuresDecidesAboutEachSubscription() {
		this.instances.failureHandler = (reason, invocation) -> Mono
			.just("handled: " + reason.getClass().getSimpleName());
		Mono<String> mono = this.orders.payImpatiently("1", Mono.just("paid"));
		try (LockLease held = this.instances.holdThere("1")) {
			StepVerifier.create(mono).expectNext("handled: LockNotAcquiredException").expectComplete().verify(TIMEOUT);
			held.ensureHeld();
		}
		StepVerifier.create(mono).expectNext("paid").expectComplete().verify(TIMEOUT);
	}

	@Test
	void exceptionOfTheBodyIsNotTakenForContention() {
		LockNotAcquiredException ofTheBody = new LockNotAcquiredException("other", Duration.ZERO, null);
		StepVerifier.create(this.orders.skipWith("1", Mono.error(ofTheBody)))
			.expectErrorMatches(ofTheBody::equals)
			.verify(TIMEOUT);
	}

	@Test
	void stoppedEngineIsAnError() {
		this.instances.here.stop();
		StepVerifier.create(this.orders.pay("1", Mono.just("paid"))).expectError(LockException.class).verify(TIMEOUT);
	}

	@Test
	void keyIsEvaluatedWhenTheMethodIsCalled() {
		assertThatExceptionOfType(InvalidLockKeyException.class)
			.isThrownBy(() -> this.orders.pay(null, Mono.just("paid")));
		List<String> keys = new ArrayList<>(List.of("1"));
		Mono<String> mono = this.orders.transfer(keys, Mono.never());
		keys.set(0, "2");
		Disposable subscription = mono.subscribe();
		awaitRunning();
		this.instances.assertHeld("1");
		this.instances.assertFree("2");
		subscription.dispose();
		this.instances.awaitFree("1");
	}

	@Test
	void severalLocksAreAllHeldAndAllReleased() {
		Sinks.One<String> work = Sinks.one();
		CompletableFuture<String> result = this.orders.transfer(List.of("b", "c", "a"), work.asMono()).toFuture();
		awaitRunning();
		this.instances.assertHeld("a", "b", "c");
		work.tryEmitValue("done");
		assertThat(result).succeedsWithin(TIMEOUT);
		this.instances.assertFree("a", "b", "c");
	}

	@Test
	void ofSeveralLocksNoneIsHeldIfOneIsBusyOrTheWaitIsCancelled() {
		try (LockLease held = this.instances.holdThere("b")) {
			StepVerifier.create(this.orders.transferAtOnce(List.of("c", "b", "a"), Mono.just("done")))
				.expectErrorMatches((ex) -> ex instanceof LockNotAcquiredException busy && busy.getKey().equals("b"))
				.verify(TIMEOUT);
			this.instances.assertFree("a", "c");
			Disposable waiting = this.orders.transfer(List.of("c", "b", "a"), Mono.just("done")).subscribe();
			Awaitility.await().until(() -> !this.instances.isFree("a"));
			waiting.dispose();
			this.instances.awaitFree("a", "c");
			held.ensureHeld();
		}
	}

	@Test
	void severalLocksOfWhichTheChainHoldsSomeAreEnteredOrAcquired() {
		StepVerifier.create(this.orders.outerTransfer("b", List.of("c", "b", "a")))
			.expectNext("a,b,c")
			.expectComplete()
			.verify(TIMEOUT);
		this.instances.assertFree("a", "b", "c");
	}

	@Test
	void leaseIsPassedToEachCall() {
		Mono<Long> token = this.orders.withLease("1", null);
		Long first = token.block(TIMEOUT);
		Long second = token.block(TIMEOUT);
		assertThat(first).isPositive().isLessThan(second);
		assertThat(this.target.lease.isHeld()).isFalse();
	}

	@Test
	void lostLeaseEndsTheCallIfTheAnnotationSaysSo() {
		CountDownLatch cancelled = new CountDownLatch(2);
		StepVerifier.create(this.orders.payWithHardLease("1", Mono.<String>never().doOnCancel(cancelled::countDown)))
			.expectErrorSatisfies(
					(ex) -> assertThat(ex).isInstanceOf(LockLostException.class).hasMessageContaining("'1'"))
			.verify(TIMEOUT);
		StepVerifier
			.create(this.orders.streamWithHardLease("2",
					Flux.just("a").concatWith(Flux.never()).doOnCancel(cancelled::countDown)))
			.expectNext("a")
			.expectError(LockLostException.class)
			.verify(TIMEOUT);
		assertThat(cancelled.getCount()).isZero();
		assertThat(this.orders.payWithHardLease("3", Mono.just("paid")).block(TIMEOUT)).isEqualTo("paid");
	}

	@Test
	void lostLeaseEndsTheNestedCallIfItsAnnotationSaysSo() {
		CountDownLatch cancelled = new CountDownLatch(1);
		StepVerifier.create(this.orders.outerWithHardLease("1", Mono.<String>never().doOnCancel(cancelled::countDown)))
			.expectError(LockLostException.class)
			.verify(TIMEOUT);
		assertThat(cancelled.getCount()).isZero();
	}

	@Test
	void callsThatEnterALeaseAgainAddNoReactionsToIt() {
		LockLease lease = mock();
		given(lease.key()).willReturn("1");
		given(lease.isHeld()).willReturn(true);
		given(lease.releaseAsync()).willReturn(CompletableFuture.completedStage(ReleaseOutcome.RELEASED));
		LockOperations locks = mock();
		given(locks.acquireAsync(any())).willReturn(CompletableFuture.completedFuture(lease));
		this.target.self = this.instances.proxy(this.target, () -> locks);
		StepVerifier.create(this.target.self.outerUntilLost("1"))
			.expectNext("a", "b", "c")
			.expectComplete()
			.verify(TIMEOUT);
		then(lease).should().onLost(any());
		then(lease).should().releaseAsync();
	}

	@Test
	void leaseIsRenewedWhileTheSubscriptionLasts() {
		Disposable running = this.orders.payBriefly("1", Mono.never()).subscribe();
		awaitRunning();
		long end = System.nanoTime() + Duration.ofMillis(1300).toNanos();
		while (System.nanoTime() - end < 0) {
			this.instances.assertHeld("1");
		}
		running.dispose();
		this.instances.awaitFree("1");
	}

	@Test
	void releaseWithoutAnAnswerDelaysTheEndButNotForEver() {
		this.instances.store.withholdAnswersToReleases();
		StepVerifier.create(this.orders.pay("1", Mono.just("paid")))
			.expectNext("paid")
			.expectComplete()
			.verify(TIMEOUT);
	}

	@Test
	void everyReactiveTypeIsLocked() throws Exception {
		assertThat(this.orders.publisher("1"))
			.satisfies((publisher) -> assertThat(Flux.from(publisher).blockLast(TIMEOUT)).isEqualTo("held"));
		assertThat(JdkFlowAdapter.flowPublisherToFlux(this.orders.flowPublisher("1")).blockLast(TIMEOUT))
			.isEqualTo("held");
		assertThat(this.orders.single("1").blockingGet()).isEqualTo("held");
		assertThat(this.orders.maybe("1").blockingGet()).isEqualTo("held");
		assertThat(this.orders.flowable("1").blockingLast()).isEqualTo("held");
		assertThat(this.orders.observable("1").blockingLast()).isEqualTo("held");
		this.orders.completable("1").blockingAwait();
		assertThat(this.target.heldWhenCalled).hasSize(7).containsOnly(true);
		this.instances.awaitFree("1");
		Single<String> twice = this.orders.single("1");
		twice.blockingGet();
		twice.blockingGet();
		assertThat(this.target.heldWhenCalled).hasSize(9).containsOnly(true);
	}

	@Test
	void rxJavaSubscriptionThatIsDisposedReleases() {
		io.reactivex.rxjava3.disposables.Disposable running = this.orders.flowableNever("1").subscribe();
		awaitRunning();
		this.instances.assertHeld("1");
		running.dispose();
		this.instances.awaitFree("1");
	}

	@Test
	void noUpdateIsLostWhenManySubscribeAndSomeCancel() throws Exception {
		int[] unprotected = new int[1];
		AtomicInteger completed = new AtomicInteger();
		List<CompletableFuture<?>> all = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			Mono<Integer> increment = this.orders.increment(unprotected, completed).subscribeOn(Schedulers.parallel());
			if (i % 10 == 0) {
				increment.subscribe().dispose();
			}
			else {
				all.add(increment.toFuture());
			}
		}
		CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
		assertThat(completed.get()).isGreaterThanOrEqualTo(180);
		assertThat(unprotected[0]).isEqualTo(completed.get());
		this.instances.awaitFree("counter");
	}

	private void awaitRunning() {
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> this.target.running.getAndSet(0) > 0);
	}

	static class Orders {

		final AtomicInteger calls = new AtomicInteger();

		final AtomicInteger running = new AtomicInteger();

		final List<Boolean> heldWhenCalled = Collections.synchronizedList(new ArrayList<>());

		private final TwoInstances instances;

		Orders self;

		LockLease lease;

		Orders(TwoInstances instances) {
			this.instances = instances;
		}

		@DistributedLock(key = "#orderId", waitTime = "20s")
		Mono<String> pay(@Nullable String orderId, Mono<String> work) {
			return called(orderId, work);
		}

		@DistributedLock(key = "#orderId", waitTime = "100ms")
		Mono<String> payImpatiently(String orderId, Mono<String> work) {
			return called(orderId, work);
		}

		@DistributedLock(key = "#orderId", ttl = "600ms")
		Mono<String> payBriefly(String orderId, Mono<String> work) {
			return called(orderId, work);
		}

		@DistributedLock(key = "#orderId", ttl = "500ms", renew = "false", onLost = OnLost.INTERRUPT)
		Mono<String> payWithHardLease(String orderId, Mono<String> work) {
			return called(orderId, work);
		}

		@DistributedLock(key = "#orderId", ttl = "500ms", renew = "false", onLost = OnLost.INTERRUPT)
		Flux<String> streamWithHardLease(String orderId, Flux<String> work) {
			return work;
		}

		@DistributedLock(key = "#orderId", ttl = "500ms", renew = "false")
		Mono<String> outerWithHardLease(String orderId, Mono<String> work) {
			return this.self.innerUntilLost(orderId, work);
		}

		@DistributedLock(key = "#orderId", onLost = OnLost.INTERRUPT)
		Flux<String> outerUntilLost(String orderId) {
			return Flux.just("a", "b", "c").concatMap((value) -> this.self.innerUntilLost(orderId, Mono.just(value)));
		}

		@DistributedLock(key = "#orderId", onLost = OnLost.INTERRUPT)
		Mono<String> innerUntilLost(String orderId, Mono<String> work) {
			return work;
		}

		@DistributedLock(key = "#orderId", waitTime = "20s")
		Flux<String> stream(String orderId, Flux<String> work) {
			this.heldWhenCalled.add(!this.instances.isFree(orderId));
			this.running.incrementAndGet();
			return work;
		}

		@DistributedLock(key = "#orderId", waitTime = "20s")
		Mono<Long> count(String orderId, Mono<Long> work) {
			return work;
		}

		@DistributedLock(key = "#orderId")
		Mono<String> fail(String orderId) {
			throw new IllegalStateException("body");
		}

		@DistributedLock(key = "#orderId")
		@Nullable Mono<String> nothing(String orderId) {
			return null;
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		Mono<String> outer(String orderId) {
			return Mono.just("nested")
				.flatMap((value) -> this.self.inner(orderId, value))
				.map((value) -> value + (this.instances.isFree(orderId) ? " free" : " held"));
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		Flux<String> outerStream(String orderId) {
			return Flux.just("nested", "nested")
				.concatMap((value) -> this.self.inner(orderId, value))
				.map((value) -> value + (this.instances.isFree(orderId) ? " free" : " held"));
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		Mono<String> outerThatForks(String orderId, Mono<String> work) {
			return Mono.deferContextual((context) -> {
				this.self.payImpatiently(orderId, work).contextWrite(context).subscribe();
				return Mono.just("outer");
			});
		}

		@DistributedLock(key = "#orderId", waitTime = "0", reentrant = false)
		Mono<String> outerThatIsNotReentrant(String orderId) {
			return this.self.inner(orderId, "nested");
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		Mono<String> inner(String orderId, String value) {
			return Mono.just(value);
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		Mono<String> skip(String orderId) {
			return called(orderId, Mono.just("run"));
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		Mono<String> skipWith(String orderId, Mono<String> work) {
			return called(orderId, work);
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		Flux<String> skipStream(String orderId) {
			return called(orderId, Mono.just("run")).flux();
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onStoreFailure = OnStoreFailure.SKIP)
		Flux<String> skipStreamWithoutStore(String orderId) {
			return called(orderId, Mono.just("run")).flux();
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED)
		Mono<String> payWithoutStore(String orderId, Mono<String> work) {
			return called(orderId, work);
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		Maybe<String> skipMaybe(String orderId) {
			this.calls.incrementAndGet();
			return Maybe.just("run");
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.FALLBACK, fallback = "queue")
		Mono<String> payOrQueue(String orderId) {
			return Mono.just("paid");
		}

		Mono<String> queue(String orderId, LockNotAcquiredException reason) {
			assertThat(reason.getHolder()).isNotNull();
			return Mono.just("queued %s behind %s".formatted(orderId, reason.getHolder().application()));
		}

		@DistributedLock(key = "#keys", waitTime = "20s")
		Mono<String> transfer(List<String> keys, Mono<String> work) {
			this.running.incrementAndGet();
			return work;
		}

		@DistributedLock(key = "#keys", waitTime = "0")
		Mono<String> transferAtOnce(List<String> keys, Mono<String> work) {
			return work;
		}

		@DistributedLock(key = "#key", waitTime = "0")
		Mono<String> outerTransfer(String key, List<String> keys) {
			return this.self.innerTransfer(keys, null);
		}

		@DistributedLock(key = "#keys", waitTime = "0")
		Mono<String> innerTransfer(List<String> keys, @Nullable LockLeases leases) {
			assertThat(leases).isNotNull();
			return Mono.fromSupplier(() -> {
				assertThat(leases.isHeld()).isTrue();
				return String.join(",", leases.asList().stream().map(LockLease::key).toList());
			});
		}

		@DistributedLock(key = "#orderId")
		Mono<Long> withLease(String orderId, @Nullable LockLease lease) {
			this.lease = lease;
			return Mono.fromSupplier(() -> {
				assertThat(lease).isNotNull();
				assertThat(lease.isHeld()).isTrue();
				return lease.fencingToken();
			});
		}

		@DistributedLock(name = "counter", waitTime = "20s")
		Mono<Integer> increment(int[] unprotected, AtomicInteger completed) {
			int read = unprotected[0];
			return Mono.delay(Duration.ofNanos(1000)).map((ignored) -> {
				unprotected[0] = read + 1;
				return completed.incrementAndGet();
			});
		}

		@DistributedLock(key = "#orderId")
		Publisher<String> publisher(String orderId) {
			return called(orderId, held(orderId));
		}

		@DistributedLock(key = "#orderId")
		Flow.Publisher<String> flowPublisher(String orderId) {
			return JdkFlowAdapter.publisherToFlowPublisher(called(orderId, held(orderId)));
		}

		@DistributedLock(key = "#orderId")
		Single<String> single(String orderId) {
			return Single.fromPublisher(called(orderId, held(orderId)));
		}

		@DistributedLock(key = "#orderId")
		Maybe<String> maybe(String orderId) {
			return Maybe.fromPublisher(called(orderId, held(orderId)));
		}

		@DistributedLock(key = "#orderId")
		Completable completable(String orderId) {
			return Completable.fromPublisher(called(orderId, held(orderId)));
		}

		@DistributedLock(key = "#orderId")
		Flowable<String> flowable(String orderId) {
			return Flowable.fromPublisher(called(orderId, held(orderId)));
		}

		@DistributedLock(key = "#orderId")
		Flowable<String> flowableNever(String orderId) {
			return Flowable.fromPublisher(called(orderId, Mono.never()));
		}

		@DistributedLock(key = "#orderId")
		Observable<String> observable(String orderId) {
			return Observable.fromPublisher(called(orderId, held(orderId)));
		}

		private Mono<String> held(String orderId) {
			return Mono.fromSupplier(() -> this.instances.isFree(orderId) ? "free" : "held");
		}

		private Mono<String> called(@Nullable String orderId, Mono<String> work) {
			this.calls.incrementAndGet();
			this.heldWhenCalled.add(!this.instances.isFree(String.valueOf(orderId)));
			this.running.incrementAndGet();
			return work;
		}

	}

}
