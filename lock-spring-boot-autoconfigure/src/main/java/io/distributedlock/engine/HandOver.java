package io.distributedlock.engine;

/**
 * From whom a lock was taken over when it was acquired.
 *
 * @since 1.0
 */
public enum HandOver {

	/**
	 * From nobody: the lock was free.
	 */
	NONE,

	/**
	 * From another thread of this instance, without the store.
	 */
	LOCAL,

	/**
	 * From whoever held it before, through the queue of the store.
	 */
	REMOTE

}
