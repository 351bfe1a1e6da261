package io.distributedlock;

/**
 * The thread was interrupted while it waited for a lock. Nothing is held, and the
 * interrupt flag of the thread is set.
 *
 * @since 1.0
 */
public class LockInterruptedException extends LockException {

	private final String key;

	/**
	 * Create the exception.
	 * @param key the key of the lock
	 */
	public LockInterruptedException(String key) {
		super("Interrupted while waiting for lock '%s'. The lock is not held.".formatted(key), null);
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
