package io.distributedlock;

import org.jspecify.annotations.Nullable;

/**
 * Root of all exceptions of this library.
 *
 * @since 1.0
 */
public abstract class LockException extends RuntimeException {

	LockException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
