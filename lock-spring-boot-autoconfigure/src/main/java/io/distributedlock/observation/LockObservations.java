package io.distributedlock.observation;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

import io.distributedlock.LockClosedException;
import io.distributedlock.LockException;
import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLostException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockAttempt;
import io.distributedlock.engine.LockHold;
import io.distributedlock.engine.LockListener;
import io.distributedlock.metrics.LockNames;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * Observes locks: how long each attempt to acquire one takes, and how long each is held.
 * Both are parts of what the caller was doing, one after the other.
 *
 * @since 1.0
 */
public final class LockObservations implements LockListener {

	private static final LockAcquireObservationConvention DEFAULT_ACQUIRE = new DefaultLockAcquireObservationConvention();

	private static final LockHoldObservationConvention DEFAULT_HOLD = new DefaultLockHoldObservationConvention();

	private final ObservationRegistry registry;

	private final SingletonSupplier<String> mode;

	private final @Nullable LockAcquireObservationConvention acquireConvention;

	private final @Nullable LockHoldObservationConvention holdConvention;

	private final LockNames names = new LockNames();

	private final ConcurrentMap<LockAttempt, Observed<LockAcquireObservationContext>> attempts = new ConcurrentHashMap<>();

	private final ConcurrentMap<LockHold, Observed<LockHoldObservationContext>> holds = new ConcurrentHashMap<>();

	/**
	 * Create observations.
	 * @param registry where to observe
	 * @param mode returns the kind of the store
	 * @param acquireConvention how to observe attempts, or null for the default
	 * @param holdConvention how to observe holds, or null for the default
	 */
	public LockObservations(ObservationRegistry registry, Supplier<String> mode,
			@Nullable LockAcquireObservationConvention acquireConvention,
			@Nullable LockHoldObservationConvention holdConvention) {
		this.registry = registry;
		this.mode = SingletonSupplier.of(mode);
		this.acquireConvention = acquireConvention;
		this.holdConvention = holdConvention;
	}

	@Override
	public void acquiring(LockAttempt attempt) {
		if (this.registry.isNoop()) {
			return;
		}
		LockAcquireObservationContext context = new LockAcquireObservationContext(this.names.bounded(attempt.name()),
				attempt.key(), this.mode.obtain());
		Observation observation = LockObservationDocumentation.ACQUIRE.observation(this.acquireConvention,
				DEFAULT_ACQUIRE, () -> context, this.registry);
		if (!observation.isNoop()) {
			this.attempts.put(attempt, new Observed<>(context, observation));
			observation.start();
		}
	}

	@Override
	public void contended(LockAttempt attempt) {
		Observed<?> observed = this.attempts.get(attempt);
		if (observed != null) {
			observed.observation().event(LockObservationDocumentation.Events.CONTENDED);
		}
	}

	@Override
	public void acquired(LockAttempt attempt, LockHold hold, Duration waited) {
		Observed<LockAcquireObservationContext> observed = this.attempts.remove(attempt);
		if (observed != null) {
			observed.context().setOutcome(LockAcquireObservationContext.Outcome.ACQUIRED);
			observed.context().setFencingToken(hold.fencingToken());
			observed.observation().stop();
		}
		if (!this.registry.isNoop()) {
			start(hold, (observed != null) ? observed.observation().getContextView().getParentObservation() : null);
		}
	}

	/**
	 * Start to observe a hold, beside its acquisition: a lock may be acquired on a thread
	 * that knows nothing of what the caller is doing.
	 */
	private void start(LockHold hold, @Nullable ObservationView parent) {
		LockHoldObservationContext context = new LockHoldObservationContext(this.names.bounded(hold.name()), hold.key(),
				this.mode.obtain(), hold.fencingToken());
		context.setParentObservation(parent);
		Observation observation = LockObservationDocumentation.HOLD.observation(this.holdConvention, DEFAULT_HOLD,
				() -> context, this.registry);
		if (!observation.isNoop()) {
			this.holds.put(hold, new Observed<>(context, observation));
			observation.start();
		}
	}

	@Override
	public void notAcquired(LockAttempt attempt, @Nullable LockException failure, Duration waited) {
		Observed<LockAcquireObservationContext> observed = this.attempts.remove(attempt);
		if (observed != null) {
			observed.context().setOutcome(outcome(failure));
			observed.context().setHolder(attempt.holder());
			if (failure != null) {
				observed.observation().error(failure);
			}
			observed.observation().stop();
		}
	}

	private static LockAcquireObservationContext.Outcome outcome(@Nullable LockException failure) {
		if (failure == null) {
			return LockAcquireObservationContext.Outcome.BUSY;
		}
		if (failure instanceof LockInterruptedException) {
			return LockAcquireObservationContext.Outcome.INTERRUPTED;
		}
		if (failure instanceof LockClosedException) {
			return LockAcquireObservationContext.Outcome.CLOSED;
		}
		return (failure instanceof LockStoreUnavailableException) ? LockAcquireObservationContext.Outcome.UNAVAILABLE
				: LockAcquireObservationContext.Outcome.FAILED;
	}

	@Override
	public void released(LockHold hold, ReleaseOutcome outcome, Duration held) {
		Observed<LockHoldObservationContext> observed = this.holds.remove(hold);
		if (observed != null) {
			observed.context()
				.setOutcome((outcome == ReleaseOutcome.UNCONFIRMED) ? LockHoldObservationContext.Outcome.UNCONFIRMED
						: LockHoldObservationContext.Outcome.RELEASED);
			observed.observation().stop();
		}
	}

	@Override
	public void lost(LockHold hold, String reason, Duration held) {
		Observed<LockHoldObservationContext> observed = this.holds.remove(hold);
		if (observed != null) {
			observed.context().setOutcome(LockHoldObservationContext.Outcome.LOST);
			observed.observation()
				.error(new LockLostException(hold.key(), "Lock '%s' was lost: %s".formatted(hold.key(), reason)));
			observed.observation().stop();
		}
	}

	/**
	 * An observation that is going on.
	 *
	 * @param context its context
	 * @param observation the observation
	 * @param <C> the type of the context
	 */
	private record Observed<C extends Observation.Context>(C context, Observation observation) {

	}

}
