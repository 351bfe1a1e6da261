package io.distributedlock;

/**
 * The lease ended while it was believed to be held: its time ran out, or somebody removed
 * the lock from the store. Others may have entered.
 *
 * @since 1.0
 */
public class LockLostException extends LockException {

	private final String key;

	/**
	 * Create the exception.
	 * @param key the key of the lock
	 * @param message what happened and what to do
	 */
	public LockLostException(String key, String message) {
		super(message, null);
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
