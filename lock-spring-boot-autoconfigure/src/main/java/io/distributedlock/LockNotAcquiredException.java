package io.distributedlock;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Somebody else held the lock until the wait time was over. Trying again later may
 * succeed.
 *
 * @since 1.0
 */
public class LockNotAcquiredException extends LockException {

	private final String key;

	private final Duration waited;

	private final @Nullable LockHolder holder;

	/**
	 * Create the exception.
	 * @param key the key of the lock
	 * @param waited how long the caller waited
	 * @param holder who holds the lock, or null if it is another program
	 */
	public LockNotAcquiredException(String key, Duration waited, @Nullable LockHolder holder) {
		super("Lock '%s' was not acquired within %d ms: it is held by %s. ".formatted(key, waited.toMillis(),
				(holder != null) ? holder : "another program") + "Try again later, or allow a longer wait time.", null);
		this.key = key;
		this.waited = waited;
		this.holder = holder;
	}

	/**
	 * Return the key of the lock.
	 * @return the key
	 */
	public String getKey() {
		return this.key;
	}

	/**
	 * Return how long the caller waited.
	 * @return the waited time
	 */
	public Duration getWaited() {
		return this.waited;
	}

	/**
	 * Return who held the lock when it was last looked at.
	 * @return the holder, or null if it is another program
	 */
	public @Nullable LockHolder getHolder() {
		return this.holder;
	}

}
