package io.distributedlock.observation;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an observed attempt to acquire a lock.
 *
 * @since 1.0
 */
public class LockAcquireObservationContext extends Observation.Context {

	private final String lockName;

	private final String key;

	private final String mode;

	private Outcome outcome = Outcome.UNKNOWN;

	private @Nullable Long fencingToken;

	private @Nullable String holder;

	/**
	 * Create a context.
	 * @param lockName the name of the lock site
	 * @param key the key of the lock
	 * @param mode the kind of the store
	 */
	public LockAcquireObservationContext(String lockName, String key, String mode) {
		this.lockName = lockName;
		this.key = key;
		this.mode = mode;
	}

	/**
	 * Return the name of the lock site.
	 * @return the name
	 */
	public String getLockName() {
		return this.lockName;
	}

	/**
	 * Return the key of the lock.
	 * @return the key
	 */
	public String getKey() {
		return this.key;
	}

	/**
	 * Return the kind of the store.
	 * @return the mode
	 */
	public String getMode() {
		return this.mode;
	}

	/**
	 * Return how the attempt has ended.
	 * @return the outcome
	 */
	public Outcome getOutcome() {
		return this.outcome;
	}

	/**
	 * Set how the attempt has ended.
	 * @param outcome the outcome
	 */
	public void setOutcome(Outcome outcome) {
		this.outcome = outcome;
	}

	/**
	 * Return the fencing token.
	 * @return the token, or null if the lock is not acquired
	 */
	public @Nullable Long getFencingToken() {
		return this.fencingToken;
	}

	/**
	 * Set the fencing token.
	 * @param fencingToken the token
	 */
	public void setFencingToken(@Nullable Long fencingToken) {
		this.fencingToken = fencingToken;
	}

	/**
	 * Return who held the lock when it was not acquired.
	 * @return the holder as {@code application@host/pid}, or null if it is not known
	 */
	public @Nullable String getHolder() {
		return this.holder;
	}

	/**
	 * Set who held the lock when it was not acquired.
	 * @param holder the holder
	 */
	public void setHolder(@Nullable String holder) {
		this.holder = holder;
	}

	/**
	 * How an attempt has ended.
	 */
	public enum Outcome {

		/**
		 * It has not.
		 */
		UNKNOWN,

		/**
		 * The lock was acquired.
		 */
		ACQUIRED,

		/**
		 * Somebody else held the lock until the wait time was over.
		 */
		BUSY,

		/**
		 * The thread was interrupted, or the attempt was cancelled.
		 */
		INTERRUPTED,

		/**
		 * The application was stopping.
		 */
		CLOSED,

		/**
		 * The store gave no usable answer.
		 */
		UNAVAILABLE,

		/**
		 * The store refused, or the attempt failed in another way.
		 */
		FAILED

	}

}
