package io.distributedlock;

import org.jspecify.annotations.Nullable;

/**
 * The store refused a command (missing permission, a key of a foreign type, scripts
 * switched off). Trying again does not help.
 *
 * @since 1.0
 */
public class LockStoreException extends LockException {

	/**
	 * Create the exception.
	 * @param message what was refused and what to do
	 * @param cause the error of the store, or null
	 */
	public LockStoreException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
