package io.distributedlock;

/**
 * The thread holds the lock already, and the lock is not to be entered again: waiting for
 * it would be waiting for oneself.
 *
 * @since 1.0
 * @see DistributedLock#reentrant()
 */
public class LockAlreadyHeldException extends LockException {

	private final String key;

	/**
	 * Create the exception.
	 * @param key the key of the lock
	 */
	public LockAlreadyHeldException(String key) {
		super("Lock '%s' was not acquired: this thread holds it already, and it is not reentrant. ".formatted(key)
				+ "End the outer section first, or allow the lock to be reentrant in both places.", null);
		this.key = key;
	}

	/**
	 * Return the key of the lock.
	 * @return the key
	 */
	public String getKey() {
		return this.key;
	}

}
