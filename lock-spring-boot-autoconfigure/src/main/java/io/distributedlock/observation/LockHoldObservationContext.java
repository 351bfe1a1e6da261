package io.distributedlock.observation;

import io.micrometer.observation.Observation;

/**
 * What is known of an observed hold of a lock.
 *
 * @since 1.0
 */
public class LockHoldObservationContext extends Observation.Context {

	private final String lockName;

	private final String key;

	private final String mode;

	private final long fencingToken;

	private Outcome outcome = Outcome.UNKNOWN;

	/**
	 * Create a context.
	 * @param lockName the name of the lock site
	 * @param key the key of the lock
	 * @param mode the kind of the store
	 * @param fencingToken the fencing token
	 */
	public LockHoldObservationContext(String lockName, String key, String mode, long fencingToken) {
		this.lockName = lockName;
		this.key = key;
		this.mode = mode;
		this.fencingToken = fencingToken;
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
	 * Return the fencing token.
	 * @return the token
	 */
	public long getFencingToken() {
		return this.fencingToken;
	}

	/**
	 * Return how the hold has ended.
	 * @return the outcome
	 */
	public Outcome getOutcome() {
		return this.outcome;
	}

	/**
	 * Set how the hold has ended.
	 * @param outcome the outcome
	 */
	public void setOutcome(Outcome outcome) {
		this.outcome = outcome;
	}

	/**
	 * How a hold has ended.
	 */
	public enum Outcome {

		/**
		 * It has not.
		 */
		UNKNOWN,

		/**
		 * The lock was released.
		 */
		RELEASED,

		/**
		 * The lock was released, but the store has not confirmed it.
		 */
		UNCONFIRMED,

		/**
		 * The lock was lost: others may hold it while the body still runs.
		 */
		LOST

	}

}
