package io.distributedlock.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockClosedException;
import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.ControlledStore.Fate;
import io.distributedlock.store.LeaseRequest;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what a {@link LockListener} is told.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class LockListenerTests {

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ofSeconds(10));

	private final ControlledStore store = new ControlledStore();

	private final RecordingListener listener = new RecordingListener();

	private final LockTemplate template = new LockTemplate(this.store, LockSettings.defaults(), List.of(this.listener));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.store.answerAll();
		this.template.stop();
		this.threads.shutdownNow();
	}

	@Test
	void listenerThatWantsToKnowNothingIsToldNothing() {
		this.listener.sleep();
		this.template.acquire(SPEC).close();
		assertThat(this.listener.lines()).isEmpty();
	}

	@Test
	void acquisitionAndReleaseAreTold() {
		this.template.acquire(SPEC).close();
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k acquired NONE", "k RELEASED");
	}

	@Test
	void asynchronousAcquisitionAndReleaseAreTold() throws Exception {
		LockLease lease = this.template.acquireAsync(SPEC).get(10, TimeUnit.SECONDS);
		assertThat(this.template.tryAcquireAsync(SPEC.withWaitTime(Duration.ZERO)).get(10, TimeUnit.SECONDS)).isEmpty();
		lease.releaseAsync().toCompletableFuture().get(10, TimeUnit.SECONDS);
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k acquired NONE", "k acquiring",
				"k contended", "k not acquired busy", "k RELEASED");
	}

	@Test
	void cancelledAsynchronousAcquisitionIsToldAsNotAcquired() throws Exception {
		LockLease held = this.template.acquire(SPEC);
		Future<LockLease> waiter = this.template.acquireAsync(SPEC);
		await().until(() -> this.listener.lines().contains("k contended"));
		waiter.cancel(true);
		await().until(() -> this.listener.lines().size() == 5);
		assertThat(this.listener.lines()).last()
			.asString()
			.startsWith("k not acquired ")
			.isNotEqualTo("k not acquired busy");
		held.close();
	}

	@Test
	void endOfAHoldIsNeverToldBeforeItsBeginning() {
		RecordingListener second = new RecordingListener();
		LockListener first = new LockListener() {

			@Override
			public void acquired(LockAttempt attempt, LockHold hold, Duration waited) {
				LockListenerTests.this.store.forceRelease(hold.key());
			}

		};
		LockTemplate taken = new LockTemplate(this.store, LockSettings.defaults(), List.of(first, second));
		LockLease lease = taken.acquire(SPEC);
		assertThat(lease.isHeld()).isFalse();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		taken.stop();
		assertThat(second.lines()).containsExactly("k acquiring", "k acquired NONE",
				"k lost: it had ended before it was entered");
	}

	@Test
	void enteringAgainIsNotTold() {
		LockLease outer = this.template.acquire(SPEC);
		this.template.acquire(SPEC).close();
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k acquired NONE");
		outer.close();
		assertThat(this.listener.lines()).endsWith("k RELEASED").hasSize(3);
	}

	@Test
	void contentionWithinTheInstanceIsToldWhenItIsFound() throws Exception {
		LockLease held = this.template.acquire(SPEC);
		this.listener.lines().clear();
		Future<?> waiter = this.threads.submit(() -> this.template.acquire(SPEC).close());
		await().untilAsserted(() -> assertThat(this.listener.lines()).containsExactly("k acquiring", "k contended"));
		held.close();
		waiter.get(10, TimeUnit.SECONDS);
		assertThat(this.listener.lines()).containsExactlyInAnyOrder("k acquiring", "k contended", "k RELEASED",
				"k acquired LOCAL", "k RELEASED");
	}

	@Test
	void contentionWithOthersIsToldWhenItIsFoundAndOnlyOnce() throws Exception {
		LeaseRequest other = new LeaseRequest("k", "other@host/1:random#1", Duration.ofMinutes(1));
		this.store.locks.acquire(other, false);
		Future<?> waiter = this.threads
			.submit(() -> this.template.acquire(SPEC.withTtl(Duration.ofMillis(150))).close());
		await().until(() -> this.store.acquisitions.size() > 3);
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k contended");
		this.store.locks.release(other);
		waiter.get(10, TimeUnit.SECONDS);
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k contended", "k acquired REMOTE",
				"k RELEASED");
	}

	@Test
	void busyLockIsToldAsContendedAndNotAcquired() {
		this.store.locks.acquire(new LeaseRequest("k", "other", Duration.ofMinutes(1)), false);
		for (Duration waitTime : List.of(Duration.ZERO, Duration.ofMillis(50))) {
			this.listener.lines().clear();
			assertThat(this.template.tryAcquire(SPEC.withWaitTime(waitTime))).isEmpty();
			assertThat(this.listener.lines()).containsExactly("k acquiring", "k contended", "k not acquired busy");
		}
	}

	@Test
	void lockHeldByAnotherThreadIsToldAsContendedEvenIfTheStoreIsNotAsked() throws Exception {
		LockLease held = this.template.acquire(SPEC);
		this.listener.lines().clear();
		assertThat(this.threads.submit(() -> this.template.tryAcquire(SPEC.withWaitTime(Duration.ZERO))).get())
			.isEmpty();
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k contended", "k not acquired busy");
		held.close();
	}

	@Test
	void reasonForAFailedAcquisitionIsTold() {
		this.store.acquire = Fate.REFUSE;
		assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> this.template.acquire(SPEC));
		assertThat(this.listener.lines()).containsExactly("k acquiring", "store failed",
				"k not acquired LockStoreException");
	}

	@Test
	void interruptedAcquisitionIsToldAsNotAcquired() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(LockInterruptedException.class).isThrownBy(() -> this.template.acquire(SPEC));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k not acquired LockInterruptedException");
	}

	@Test
	void renewalsAndTheirFailuresAreTold() {
		try (LockLease lease = this.template.acquire(SPEC.withTtl(Duration.ofMillis(600)))) {
			await().until(() -> this.listener.lines().contains("k renewed"));
			this.store.renew = Fate.LOSE_REQUEST;
			await().until(() -> this.listener.lines().contains("k renewal failed"));
			this.store.renew = Fate.PASS;
			this.store.unsureOfRenewal = true;
			this.listener.lines().clear();
			await().until(() -> this.listener.lines().contains("k renewal failed"));
			assertThat(lease.isHeld()).isTrue();
		}
	}

	@Test
	void lossIsToldOnceWhenItHappens() {
		LockLease lease = this.template.acquire(SPEC.withTtl(Duration.ofMillis(150)).withRenew(false));
		await().until(() -> this.listener.lines().size() == 3);
		assertThat(this.listener.lines()).last().isEqualTo("k lost: its time ran out");
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(this.listener.lines()).hasSize(3);
	}

	@Test
	void lossThatTheReleaseFindsIsTold() {
		LockLease lease = this.template.acquire(SPEC);
		this.store.locks.release(this.store.acquisitions.element());
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(this.listener.lines()).containsExactly("k acquiring", "k acquired NONE",
				"k lost: it had ended in the store before it was released");
	}

	@Test
	void forcedReleaseIsToldAsALoss() {
		LockLease lease = this.template.acquire(SPEC);
		this.store.forceRelease("k");
		assertThat(lease.isHeld()).isFalse();
		assertThat(this.listener.lines()).last().isEqualTo("k lost: it was released by force");
	}

	@Test
	void forcedReleaseThatNobodyToldOfIsFoundWhenMessagesMayHaveBeenMissed() {
		LockLease hard = this.template.acquire(SPEC.withRenew(false));
		LockLease other = this.template.acquire(LockSpec.of("other").withRenew(false));
		this.store.revocation = Fate.LOSE_REQUEST;
		this.store.forceRelease("k");
		Duration before = remaining("other");
		assertThat(hard.isHeld()).isTrue();
		this.store.engine.missed();
		assertThat(hard.isHeld()).isFalse();
		assertThat(other.isHeld()).isTrue();
		assertThat(remaining("other")).as("what is left of a hard lease").isLessThanOrEqualTo(before);
	}

	private Duration remaining(String key) {
		return this.store.inspect(key).toCompletableFuture().join().remaining();
	}

	@Test
	void storeListensOnceALockIsHeldForLong() {
		for (int i = 0; i < 30; i++) {
			this.template.acquire(SPEC).close();
			await().pollDelay(Duration.ofMillis(25)).until(() -> true);
		}
		assertThat(this.store.listens).hasValue(0);
		this.template.acquire(SPEC);
		await().until(() -> this.store.listens.get() > 0);
	}

	@Test
	void unconfirmedReleaseIsToldAsSuch() {
		LockLease lease = this.template.acquire(SPEC);
		this.store.release = Fate.DELAY_REPLY;
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		assertThat(this.listener.linesOf("k")).last().isEqualTo("UNCONFIRMED");
	}

	@Test
	void stopTellsOfWhatItReleasesAndOfWaitersItSendsAway() {
		this.template.acquire(SPEC);
		Future<?> waiter = this.threads.submit(() -> this.template.acquire(SPEC));
		await().until(() -> this.listener.lines().contains("k contended"));
		this.template.stop();
		await().until(waiter::isDone);
		assertThat(this.listener.lines()).containsExactlyInAnyOrder("k acquiring", "k acquired NONE", "k acquiring",
				"k contended", "k not acquired " + LockClosedException.class.getSimpleName(), "k RELEASED");
	}

	@Test
	void outageOfTheStoreIsToldOnceAndItsEndWithoutAnybodyAsking() {
		this.store.acquire = Fate.LOSE_REQUEST;
		for (int i = 0; i < 5; i++) {
			assertThatExceptionOfType(LockStoreUnavailableException.class)
				.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ZERO)));
		}
		await().until(() -> this.store.acquisitions.stream()
			.anyMatch((request) -> request.key().startsWith("distributed-lock-probe:")));
		assertThat(this.listener.lines()).containsOnlyOnce("store degraded").doesNotContain("store recovered");
		this.store.acquire = Fate.PASS;
		await().until(() -> this.listener.lines().contains("store recovered"));
		assertThat(this.listener.lines()).containsOnlyOnce("store degraded", "store recovered");
	}

	@Test
	void storeThatGivesNoAnswerIsDegraded() {
		this.store.acquire = Fate.DELAY_REPLY;
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(50))));
		assertThat(this.listener.lines()).contains("store failed", "store degraded");
	}

	@Test
	void storeThatRefusesIsNotDegraded() {
		this.store.acquire = Fate.REFUSE;
		assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> this.template.acquire(SPEC));
		assertThat(this.listener.lines()).contains("store failed").doesNotContain("store degraded");
	}

	@Test
	void throwingListenerDoesNoHarmAndIsLoggedOnce(CapturedOutput output) throws Exception {
		this.listener.fail();
		LockLease lease = this.template.acquire(SPEC.withTtl(Duration.ofMillis(300)));
		Future<?> waiter = this.threads
			.submit(() -> this.template.acquire(SPEC.withTtl(Duration.ofMillis(300))).close());
		await().until(() -> this.listener.lines().contains("k renewed"));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		waiter.get(10, TimeUnit.SECONDS);
		this.store.acquire = Fate.LOSE_REQUEST;
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ZERO)));
		this.store.acquire = Fate.PASS;
		await().until(() -> this.listener.lines().contains("store recovered"));
		assertThat(this.template.execute(SPEC, LockLease::isHeld)).isTrue();
		await().until(() -> this.store.holder("k") == null);
		assertThat(output).containsOnlyOnce("RecordingListener has failed, which has no effect on locks");
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5));
	}

}
