package io.distributedlock;

/**
 * How the release of a {@link LockLease} ended.
 *
 * @since 1.0
 */
public enum ReleaseOutcome {

	/**
	 * The store has freed the lock.
	 */
	RELEASED,

	/**
	 * An outer hold of the same thread keeps the lock.
	 */
	STILL_HELD,

	/**
	 * The {@link LockSpec#minHold() shortest time to hold it} is not over: the store
	 * keeps the lock until then, for nobody.
	 */
	KEPT,

	/**
	 * The lease had ended before: others may have held the lock in the meantime.
	 */
	LOST,

	/**
	 * The store has not confirmed yet. It is asked again in the background until the
	 * lease has run out.
	 */
	UNCONFIRMED

}
