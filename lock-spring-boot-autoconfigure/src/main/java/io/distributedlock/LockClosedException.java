package io.distributedlock;

/**
 * Locks are no longer given out because the application is shutting down (or not given
 * out yet because it has not started).
 *
 * @since 1.0
 */
public class LockClosedException extends LockException {

	/**
	 * Create the exception.
	 * @param key the key of the lock
	 */
	public LockClosedException(String key) {
		super("Lock '%s' was not acquired: the lock template is not running, the application is starting or stopping."
			.formatted(key), null);
	}

}
