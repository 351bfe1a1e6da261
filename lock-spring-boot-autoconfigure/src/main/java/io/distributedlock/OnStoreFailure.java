package io.distributedlock;

/**
 * What a {@link DistributedLock @DistributedLock} method does when the store of the locks
 * cannot be reached or refuses a command, so that nobody knows whether the lock is free.
 * From the strictest to the most lenient.
 *
 * @since 1.0
 */
public enum OnStoreFailure {

	/**
	 * Throw the {@link LockStoreException}, or do what the {@link LockFailureHandler} of
	 * the application does.
	 */
	THROW,

	/**
	 * Do not run the method: return null, or an empty {@code Optional}. Not allowed on a
	 * method that returns a primitive.
	 */
	SKIP,

	/**
	 * Run the method <strong>without</strong> its lock, with a warning in the log. Only
	 * for what is merely wasteful when it runs twice at the same time.
	 */
	PROCEED_UNLOCKED

}
