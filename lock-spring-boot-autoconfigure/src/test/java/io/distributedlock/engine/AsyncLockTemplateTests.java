package io.distributedlock.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.ControlledStore.Fate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What the engine does for callers that block no thread when the store fails.
 */
@Timeout(30)
class AsyncLockTemplateTests {

	private static final Duration RELEASE_TIMEOUT = Duration.ofMillis(300);

	private final ControlledStore store = new ControlledStore();

	private final LockTemplate template = new LockTemplate(this.store, new LockSettings("test", Duration.ofSeconds(10),
			Duration.ofSeconds(5), true, ReleaseMode.SYNC, Duration.ofMillis(30), RELEASE_TIMEOUT, 32));

	private final LockSpec spec = LockSpec.of("k").withWaitTime(Duration.ZERO);

	@AfterEach
	void stop() {
		this.store.answerAll();
		this.template.stop();
	}

	@Test
	void whenTheStoreDoesNotAnswerThenTheWaitTimeHoldsAndTheCallerIsNotBlocked() {
		this.template.start();
		this.store.acquire = Fate.DELAY_REPLY;
		for (Duration waitTime : List.of(Duration.ZERO, Duration.ofMillis(200))) {
			List<Duration> calls = new ArrayList<>();
			List<Duration> waits = new ArrayList<>();
			for (int i = 0; i < 9; i++) {
				long start = System.nanoTime();
				CompletableFuture<LockLease> waiter = this.template.acquireAsync(this.spec.withWaitTime(waitTime));
				calls.add(Duration.ofNanos(System.nanoTime() - start));
				assertThat(waiter).failsWithin(Duration.ofSeconds(5))
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(LockStoreUnavailableException.class)
					.withMessageContaining("'k'");
				waits.add(Duration.ofNanos(System.nanoTime() - start));
				await().until(() -> this.store.holder("k") == null);
			}
			assertThat(waits).allSatisfy((wait) -> assertThat(wait).isGreaterThanOrEqualTo(waitTime));
			assertThat(Collections.min(waits)).as("shortest of %s", waits).isLessThan(waitTime.plusMillis(50));
			assertThat(Collections.min(calls)).as("shortest of %s", calls).isLessThan(Duration.ofMillis(10));
		}
	}

	@Test
	void grantThatComesAfterItsCallerHasGivenUpIsReleased() {
		this.template.start();
		this.store.acquire = Fate.DELAY_REPLY;
		this.store.release = Fate.LOSE_REQUEST;
		CompletableFuture<LockLease> waiter = this.template.acquireAsync(this.spec.withWaitTime(Duration.ofSeconds(9)));
		assertThat(this.store.holder("k")).isNotNull();
		assertThat(waiter.cancel(false)).isTrue();
		assertThat(this.store.holder("k")).isNotNull();
		this.store.release = Fate.PASS;
		this.store.answerAll();
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void refusalIsReportedAtOnce() {
		this.template.start();
		this.store.acquire = Fate.REFUSE;
		CompletableFuture<LockLease> waiter = this.template.acquireAsync(this.spec.withWaitTime(Duration.ofSeconds(9)));
		assertThat(waiter).failsWithin(Duration.ofSeconds(1))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(LockStoreException.class)
			.withMessage("refused");
	}

	@Test
	void acquisitionThatEndsAtOnceNeedsNoOtherThread() {
		this.template.start();
		CompletableFuture<LockLease> acquired = this.template.acquireAsync(this.spec);
		assertThat(acquired).isCompleted();
		assertThat(this.template.tryAcquireAsync(this.spec)).isCompletedWithValueMatching((lease) -> lease.isEmpty());
		assertThat(acquired.join().releaseAsync()).isCompletedWithValue(ReleaseOutcome.RELEASED);
	}

	@Test
	void firstAcquisitionDoesNotWaitForTheEngineToStart() {
		CompletableFuture<Void> ready = new CompletableFuture<>();
		this.store.started = ready;
		CompletableFuture<LockLease> waiter = this.template.acquireAsync(this.spec.withWaitTime(Duration.ofSeconds(9)));
		assertThat(waiter).isNotDone();
		ready.complete(null);
		assertThat(waiter).succeedsWithin(Duration.ofSeconds(5)).satisfies(LockLease::close);
	}

	@Test
	void firstAcquisitionThatIsCancelledBeforeTheEngineHasStartedLeavesNothing() {
		CompletableFuture<Void> ready = new CompletableFuture<>();
		this.store.started = ready;
		CompletableFuture<LockLease> waiter = this.template.acquireAsync(this.spec.withWaitTime(Duration.ofSeconds(9)));
		await().until(() -> this.store.engine != null);
		waiter.cancel(false);
		ready.complete(null);
		await().until(this.template::isRunning);
		await().during(Duration.ofMillis(50)).until(() -> this.store.acquisitions.isEmpty());
	}

	@Test
	void engineThatCannotStartFailsTheAcquisition() {
		this.store.started = CompletableFuture
			.failedFuture(new InvalidLockStoreException("It is wrong.", "Put it right."));
		assertThat(this.template.acquireAsync(this.spec)).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(InvalidLockStoreException.class);
	}

	@Test
	void releaseWithoutAnAnswerEndsUnconfirmedInTimeAndIsRepeatedInTheBackground() {
		this.template.start();
		LockLease lease = this.template.acquireAsync(this.spec).join();
		this.store.release = Fate.DELAY_REPLY;
		long start = System.nanoTime();
		CompletableFuture<ReleaseOutcome> release = lease.releaseAsync().toCompletableFuture();
		assertThat(release).isNotDone();
		CompletableFuture<String> thread = release.thenApply((outcome) -> Thread.currentThread().getName());
		assertThat(release).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(RELEASE_TIMEOUT,
				RELEASE_TIMEOUT.plusSeconds(3));
		assertThat(thread.join()).startsWith("distributed-lock-completion-");
		await().until(() -> this.store.releases.get() >= 2);
	}

	@Test
	void releaseThatFailsEndsUnconfirmedAndIsRepeatedInTheBackground() {
		this.template.start();
		LockLease lease = this.template.acquireAsync(this.spec).join();
		this.store.release = Fate.LOSE_REQUEST;
		assertThat(lease.releaseAsync()).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		assertThat(this.store.holder("k")).isNotNull();
		this.store.release = Fate.PASS;
		await().until(() -> this.store.holder("k") == null);
	}

	@Test
	void releaseWhoseAnswerComesInTimeHasItsOutcome() {
		this.template.start();
		LockLease lease = this.template.acquireAsync(this.spec).join();
		this.store.release = Fate.DELAY_REPLY;
		CompletableFuture<ReleaseOutcome> release = lease.releaseAsync().toCompletableFuture();
		this.store.answerAll();
		assertThat(release).succeedsWithin(Duration.ofSeconds(1)).isEqualTo(ReleaseOutcome.RELEASED);
	}

	@Test
	void stopEndsReleasesThatWaitForAnAnswer() {
		this.template.start();
		LockLease lease = this.template.acquireAsync(this.spec).join();
		this.store.release = Fate.DELAY_REPLY;
		CompletableFuture<ReleaseOutcome> release = lease.releaseAsync().toCompletableFuture();
		this.template.stop();
		assertThat(release).succeedsWithin(Duration.ofSeconds(2)).isEqualTo(ReleaseOutcome.UNCONFIRMED);
	}

	@Test
	void threadThatMustNotBeBlockedIsRefused() {
		this.template.start();
		assertThatIllegalStateException().isThrownBy(() -> onNonBlockingThread(() -> this.template.acquire(this.spec)))
			.withMessageContaining("'k'")
			.withMessageContaining("'parallel-")
			.withMessageContaining("acquireAsync");
		assertThatIllegalStateException()
			.isThrownBy(() -> onNonBlockingThread(() -> this.template.tryAcquire(this.spec)));
		assertThat(this.store.acquisitions).isEmpty();
		LockLease lease = this.template.acquire(this.spec);
		assertThatIllegalStateException()
			.isThrownBy(() -> onNonBlockingThread(() -> lease.extend(Duration.ofSeconds(1))));
		lease.close();
	}

	@Test
	void releaseDoesNotBlockAThreadThatMustNotBeBlocked() {
		this.template.start();
		LockLease lease = this.template.acquireAsync(this.spec).join();
		this.store.release = Fate.DELAY_REPLY;
		ReleaseOutcome outcome = onNonBlockingThread(() -> {
			long start = System.nanoTime();
			ReleaseOutcome released = lease.release();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(RELEASE_TIMEOUT);
			return released;
		});
		assertThat(outcome).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		assertThat(this.store.holder("k")).isNull();
	}

	@Test
	void callersThatBlockCompletionThreadsForALockDoNotKeepItsHolderFromGoingOn() throws Exception {
		this.template.start();
		LockSpec patient = this.spec.withWaitTime(Duration.ofSeconds(20));
		LockLease held = this.template.acquireAsync(patient).join();
		CompletableFuture<Void> holderGoesOn = new CompletableFuture<>();
		List<CompletableFuture<Void>> blocked = new ArrayList<>();
		int count = 4 * Runtime.getRuntime().availableProcessors() + 20;
		for (int i = 0; i < count; i++) {
			this.store.acquire = Fate.DELAY_REPLY;
			CompletableFuture<LockLease> other = this.template
				.acquireAsync(LockSpec.of("other-" + i).withWaitTime(Duration.ofSeconds(20)));
			blocked.add(other.thenAccept((lease) -> this.template.acquire(patient).close()));
		}
		this.store.acquire = Fate.PASS;
		this.store.answerAll();
		this.store.acquire = Fate.DELAY_REPLY;
		this.template.acquireAsync(LockSpec.of("last").withWaitTime(Duration.ofSeconds(20)))
			.thenAccept((lease) -> holderGoesOn.complete(null));
		this.store.acquire = Fate.PASS;
		this.store.answerAll();
		holderGoesOn.get(5, TimeUnit.SECONDS);
		held.close();
		CompletableFuture.allOf(blocked.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
	}

	private <T> T onNonBlockingThread(Callable<T> action) {
		return Mono.fromCallable(action).subscribeOn(Schedulers.parallel()).block();
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(10, TimeUnit.SECONDS);
	}

}
