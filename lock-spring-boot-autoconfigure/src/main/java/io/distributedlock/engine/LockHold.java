package io.distributedlock.engine;

/**
 * The time for which a lock is held, from its acquisition to its release or loss. Two are
 * equal only if they are the same.
 *
 * @since 1.0
 */
public interface LockHold {

	/**
	 * Return the key of the lock.
	 * @return the key
	 */
	String key();

	/**
	 * Return the name of the lock site.
	 * @return the name
	 */
	String name();

	/**
	 * Return the fencing token.
	 * @return the fencing token
	 */
	long fencingToken();

	/**
	 * Return from whom the lock was taken over.
	 * @return the kind of hand-over
	 */
	HandOver handOver();

}
