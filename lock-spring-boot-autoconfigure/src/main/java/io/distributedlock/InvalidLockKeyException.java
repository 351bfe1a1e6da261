package io.distributedlock;

import org.jspecify.annotations.Nullable;

/**
 * A key that cannot name a lock: null, blank, too long, or without a stable text.
 *
 * @since 1.0
 */
public class InvalidLockKeyException extends LockException {

	/**
	 * Create the exception.
	 * @param message what is wrong with the key and what to do
	 */
	public InvalidLockKeyException(String message) {
		this(message, null);
	}

	/**
	 * Create the exception.
	 * @param message what is wrong with the key and what to do
	 * @param cause why the key could not be determined, or null
	 */
	public InvalidLockKeyException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
