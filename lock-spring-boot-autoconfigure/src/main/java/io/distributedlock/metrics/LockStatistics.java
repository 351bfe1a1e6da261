package io.distributedlock.metrics;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.distributedlock.LockException;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.HandOver;
import io.distributedlock.engine.LockAttempt;
import io.distributedlock.engine.LockHold;
import io.distributedlock.engine.LockListener;
import org.jspecify.annotations.Nullable;

/**
 * Counts what happens to locks, by the name of the lock site.
 *
 * @since 1.0
 */
public final class LockStatistics implements LockListener {

	private final LockNames names = new LockNames();

	private final ConcurrentMap<String, OfName> byName = new ConcurrentHashMap<>();

	private final List<Consumer<OfName>> observers = new CopyOnWriteArrayList<>();

	private final LongAdder storeUnavailable = new LongAdder();

	private final LongAdder storeRefusals = new LongAdder();

	/**
	 * Have an action done for every name, those that are known and those to come. It may
	 * be done twice for one.
	 * @param observer the action
	 */
	public void forEachName(Consumer<OfName> observer) {
		this.observers.add(observer);
		this.byName.values().forEach(observer);
	}

	/**
	 * Return the statistics of all names.
	 * @return the statistics
	 */
	public Collection<OfName> names() {
		return List.copyOf(this.byName.values());
	}

	/**
	 * Return how often a call of the store has failed without an answer.
	 * @return the number of failures
	 */
	public long storeUnavailable() {
		return this.storeUnavailable.sum();
	}

	/**
	 * Return how often the store has refused something.
	 * @return the number of refusals
	 */
	public long storeRefusals() {
		return this.storeRefusals.sum();
	}

	@Override
	public void acquiring(LockAttempt attempt) {
		of(attempt.name()).waiting.increment();
	}

	@Override
	public void acquired(LockAttempt attempt, LockHold hold, Duration waited) {
		OfName statistics = of(hold.name());
		statistics.waiting.decrement();
		statistics.active.increment();
		statistics.acquired.increment();
		if (hold.handOver() == HandOver.LOCAL) {
			statistics.localHandOvers.increment();
		}
		else if (hold.handOver() == HandOver.REMOTE) {
			statistics.remoteHandOvers.increment();
		}
	}

	@Override
	public void notAcquired(LockAttempt attempt, @Nullable LockException failure, Duration waited) {
		OfName statistics = of(attempt.name());
		statistics.waiting.decrement();
		statistics.notAcquired.increment();
	}

	@Override
	public void renewed(LockHold hold) {
		of(hold.name()).renewals.increment();
	}

	@Override
	public void renewalFailed(LockHold hold, @Nullable Throwable failure) {
		of(hold.name()).failedRenewals.increment();
	}

	@Override
	public void released(LockHold hold, ReleaseOutcome outcome, Duration held) {
		of(hold.name()).active.decrement();
	}

	@Override
	public void lost(LockHold hold, String reason, Duration held) {
		OfName statistics = of(hold.name());
		statistics.active.decrement();
		statistics.lost.increment();
	}

	@Override
	public void storeFailed(LockStoreException failure) {
		((failure instanceof LockStoreUnavailableException) ? this.storeUnavailable : this.storeRefusals).increment();
	}

	private OfName of(String name) {
		OfName known = this.byName.get(name);
		return (known != null) ? known : ofNew(this.names.bounded(name));
	}

	private OfName ofNew(String name) {
		OfName created = new OfName(name);
		OfName existing = this.byName.putIfAbsent(name, created);
		if (existing != null) {
			return existing;
		}
		this.observers.forEach((observer) -> observer.accept(created));
		return created;
	}

	/**
	 * What happened to the locks of one name.
	 *
	 * @since 1.0
	 */
	public static final class OfName {

		private final String name;

		private final LongAdder waiting = new LongAdder();

		private final LongAdder active = new LongAdder();

		private final LongAdder acquired = new LongAdder();

		private final LongAdder notAcquired = new LongAdder();

		private final LongAdder lost = new LongAdder();

		private final LongAdder renewals = new LongAdder();

		private final LongAdder failedRenewals = new LongAdder();

		private final LongAdder localHandOvers = new LongAdder();

		private final LongAdder remoteHandOvers = new LongAdder();

		private OfName(String name) {
			this.name = name;
		}

		/**
		 * Return the name of the lock site.
		 * @return the name, or {@link LockNames#OTHER}
		 */
		public String name() {
			return this.name;
		}

		/**
		 * Return how many ask or wait for a lock now.
		 * @return the number of attempts
		 */
		public long waiting() {
			return this.waiting.sum();
		}

		/**
		 * Return how many locks are held now.
		 * @return the number of locks
		 */
		public long active() {
			return this.active.sum();
		}

		/**
		 * Return how often a lock was acquired.
		 * @return the number of acquisitions
		 */
		public long acquired() {
			return this.acquired.sum();
		}

		/**
		 * Return how often a lock was not acquired, for whatever reason.
		 * @return the number of attempts that failed
		 */
		public long notAcquired() {
			return this.notAcquired.sum();
		}

		/**
		 * Return how often a lock was lost.
		 * @return the number of losses
		 */
		public long lost() {
			return this.lost.sum();
		}

		/**
		 * Return how often a lock was renewed.
		 * @return the number of renewals
		 */
		public long renewals() {
			return this.renewals.sum();
		}

		/**
		 * Return how often a lock could not be renewed.
		 * @return the number of renewals that failed
		 */
		public long failedRenewals() {
			return this.failedRenewals.sum();
		}

		/**
		 * Return how often a lock was passed on from one thread of this instance to
		 * another.
		 * @return the number of hand-overs
		 */
		public long localHandOvers() {
			return this.localHandOvers.sum();
		}

		/**
		 * Return how often a lock was handed over to this instance by the store.
		 * @return the number of hand-overs
		 */
		public long remoteHandOvers() {
			return this.remoteHandOvers.sum();
		}

	}

}
