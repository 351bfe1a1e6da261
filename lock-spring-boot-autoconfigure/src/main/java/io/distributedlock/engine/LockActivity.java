package io.distributedlock.engine;

import java.time.Duration;
import java.util.List;

import io.distributedlock.LockStoreException;
import org.jspecify.annotations.Nullable;

/**
 * What this instance holds and waits for at a moment.
 *
 * @param holds the locks that it holds, those first that it has held for longest
 * @param holding how many locks it holds, which may be more
 * @param waits who waits, those first who have waited for longest
 * @param waiting how many wait, which may be more
 * @param outage what happened first in an outage of the store, or null if there is none
 * @since 1.0
 */
public record LockActivity(List<Hold> holds, int holding, List<Wait> waits, int waiting,
		@Nullable LockStoreException outage) {

	static final LockActivity NONE = new LockActivity(List.of(), 0, List.of(), 0, null);

	/**
	 * A lock that is held.
	 *
	 * @param key the key
	 * @param name the name of the lock site
	 * @param thread the name of the thread that it belongs to, or null if it belongs to
	 * none
	 * @param held for how long it has been held
	 * @param remainingValidity for how long the holder may still trust it
	 * @param fencingToken the fencing token
	 * @param renewals how often it was renewed
	 */
	public record Hold(String key, String name, @Nullable String thread, Duration held, Duration remainingValidity,
			long fencingToken, int renewals) {

	}

	/**
	 * Somebody who waits.
	 *
	 * @param key the key
	 * @param name the name of the lock site
	 * @param thread the name of the thread that waits, or null if none does
	 * @param waited for how long it has waited
	 * @param remaining how long it will wait at most
	 */
	public record Wait(String key, String name, @Nullable String thread, Duration waited, Duration remaining) {

	}

}
