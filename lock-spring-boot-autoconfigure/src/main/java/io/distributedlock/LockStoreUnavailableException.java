package io.distributedlock;

import org.jspecify.annotations.Nullable;

/**
 * The store gave no usable answer in time: it is down, unreachable, overloaded or failing
 * over. Whether somebody holds the lock is unknown. Trying again later may succeed.
 *
 * @since 1.0
 */
public class LockStoreUnavailableException extends LockStoreException {

	/**
	 * Create the exception.
	 * @param message what was tried and what to do
	 * @param cause the error of the store, or null
	 */
	public LockStoreUnavailableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
