package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the failures of the store say of its health: it is degraded from the first call
 * that fails until no call has failed for a second and it has given a lock on trial. So a
 * failure of one of several servers, where some calls fail and others do not, is one
 * outage.
 */
final class StoreHealth {

	private static final Log logger = LogFactory.getLog(StoreHealth.class);

	private static final long CALM = Duration.ofSeconds(1).toNanos();

	private final LockTimer timer;

	private final MonotonicClock clock;

	private final LockListeners listeners;

	private final Supplier<CompletionStage<Void>> trial;

	private final AtomicReference<@Nullable Outage> outage = new AtomicReference<>();

	/**
	 * Create the health of a store that is well.
	 * @param trial asks the store for a lock, and fails by its stage only
	 */
	StoreHealth(LockTimer timer, MonotonicClock clock, LockListeners listeners, Supplier<CompletionStage<Void>> trial) {
		this.timer = timer;
		this.clock = clock;
		this.listeners = listeners;
		this.trial = trial;
	}

	/**
	 * A call has failed, or was not answered in time. A store that refuses something is
	 * well.
	 */
	void failed(Throwable cause) {
		LockStoreException failure = storeFailure(cause);
		this.listeners.storeFailed(failure);
		if (!(failure instanceof LockStoreUnavailableException)) {
			return;
		}
		long now = this.clock.nanoTime();
		Outage current = this.outage.get();
		if (current != null) {
			current.latestFailureAt = now;
		}
		else if (this.outage.compareAndSet(null, new Outage(now, failure))) {
			logger.warn("The lock store is degraded: " + failure.getMessage());
			this.listeners.storeDegraded(failure);
			this.timer.schedule(this::check, CALM);
		}
	}

	private static LockStoreException storeFailure(Throwable cause) {
		if (cause instanceof LockStoreException failure) {
			return failure;
		}
		return (cause instanceof TimeoutException)
				? new LockStoreUnavailableException("The store gave no answer in time", cause)
				: new LockStoreException("The store has failed: " + cause, cause);
	}

	/**
	 * Return the failure that an outage began with, or null if there is none.
	 */
	@Nullable LockStoreException failure() {
		Outage current = this.outage.get();
		return (current != null) ? current.firstFailure : null;
	}

	private void check() {
		Outage current = this.outage.get();
		if (current == null) {
			return;
		}
		long sinceFailure = this.clock.nanoTime() - current.latestFailureAt;
		if (sinceFailure < CALM) {
			this.timer.schedule(this::check, CALM - sinceFailure);
			return;
		}
		CompletionStage<Void> answer = this.trial.get()
			.toCompletableFuture()
			.copy()
			.orTimeout(CALM, TimeUnit.NANOSECONDS);
		answer.whenComplete((ignored, failure) -> {
			if (failure == null) {
				recovered(current);
			}
			else {
				this.timer.schedule(this::check, CALM);
			}
		});
	}

	private void recovered(Outage over) {
		this.outage.set(null);
		Duration length = Duration.ofNanos(this.clock.nanoTime() - over.startedAt);
		logger.info("The lock store has recovered after %d ms".formatted(length.toMillis()));
		this.listeners.storeRecovered(length);
	}

	/**
	 * A time for which the store is degraded.
	 */
	private static final class Outage {

		private final long startedAt;

		private final LockStoreException firstFailure;

		private volatile long latestFailureAt;

		private Outage(long startedAt, LockStoreException failure) {
			this.startedAt = startedAt;
			this.firstFailure = failure;
			this.latestFailureAt = startedAt;
		}

	}

}
