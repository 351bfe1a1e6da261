package io.distributedlock;

import org.jspecify.annotations.Nullable;

/**
 * The lock was granted, but not enough replicas of Redis have it, so it would not survive
 * the loss of the server. It has been released, or is being released. Trying again later
 * may succeed.
 *
 * @since 1.0
 */
public class LockNotReplicatedException extends LockStoreUnavailableException {

	/**
	 * Create the exception.
	 * @param message how many replicas have the lock, how many should, and what to do
	 * @param cause what the store said when it was last asked, or null
	 */
	public LockNotReplicatedException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
