package io.distributedlock.store;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a lock.
 *
 * @param key the key of the lock; in a {@link LockPage}, a very long key as the store has
 * it
 * @param holder the token of the holder, or null if the lock is free
 * @param heldFor for how long the holder has had the lock, or null if the lock is free or
 * that is not known
 * @param remaining how long the lock lasts if nobody renews or releases it; zero if free
 * @param fencingToken the last of the fencing tokens that came with the latest grant, or
 * 0 if the store remembers none
 * @param waiters the tokens of those who wait for the lock, first come first, but no more
 * than {@link LockStore#MAX_WAITERS}
 * @param waiting how many wait
 * @since 1.0
 */
public record LockState(String key, @Nullable String holder, @Nullable Duration heldFor, Duration remaining,
		long fencingToken, List<String> waiters, int waiting) {

	/**
	 * Create a state in which nobody is known to wait.
	 * @param key the key of the lock
	 * @param holder the token of the holder, or null if the lock is free
	 * @param remaining how long the lock lasts
	 * @param fencingToken the last fencing token, or 0
	 */
	public LockState(String key, @Nullable String holder, Duration remaining, long fencingToken) {
		this(key, holder, null, remaining, fencingToken, List.of(), 0);
	}

}
