package io.distributedlock.engine;

import org.jspecify.annotations.Nullable;

/**
 * An attempt to acquire a lock. Two are equal only if they are the same.
 *
 * @since 1.0
 */
public interface LockAttempt {

	/**
	 * Return the key of the lock.
	 * @return the key
	 */
	String key();

	/**
	 * Return the name of the lock site.
	 * @return the name
	 */
	String name();

	/**
	 * Return whether the lock was found held by somebody else.
	 * @return whether there was contention, so far
	 */
	boolean isContended();

	/**
	 * Return who holds the lock, as far as this is known when the attempt has ended.
	 * @return the holder as {@code application@host/pid}, or null if it is not known or
	 * another program
	 */
	@Nullable String holder();

}
