package io.distributedlock.store;

/**
 * The answer to a request to prolong a lease.
 *
 * @since 1.0
 */
public enum RenewReply {

	/**
	 * The owner holds the lock, with at least the time to live that was asked for.
	 */
	RENEWED,

	/**
	 * The owner does not hold the lock any more.
	 */
	LOST,

	/**
	 * It is not known whether the owner holds the lock.
	 */
	UNKNOWN

}
