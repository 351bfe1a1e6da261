package io.distributedlock.engine;

import java.time.Duration;

import io.distributedlock.LockSpec;
import org.jspecify.annotations.Nullable;

/**
 * What threads of this JVM must have in common to share a contender and to pass a lease
 * on among them.
 *
 * @param key the key of the lock
 * @param ttl the time to live of the lease, which is not shorter than the shortest hold
 * and not longer than the longest one
 * @param renew whether the lease is renewed
 * @param maxHold the longest time to hold the lock, or null for no limit
 * @param minHold the shortest time to hold the lock, or null for none
 * @param enqueue whether to be queued when the lock is busy
 * @param apart zero, or a number of its own for a waiter that shares with nobody
 */
record Contention(String key, Duration ttl, boolean renew, @Nullable Duration maxHold, @Nullable Duration minHold,
		boolean enqueue, long apart) {

	static Contention shared(LockSpec spec, LockSettings settings) {
		Boolean renewed = spec.renew();
		Duration longest = longestHold(spec, settings);
		Duration timeToLive = atLeast(spec.minHold(), orDefault(spec.ttl(), settings.ttl()));
		return new Contention(spec.key(), atMost(longest, timeToLive), (renewed != null) ? renewed : settings.renew(),
				longest, spec.minHold(), true, 0);
	}

	private static @Nullable Duration longestHold(LockSpec spec, LockSettings settings) {
		Duration byDefault = settings.maxHold();
		return (spec.maxHold() != null || byDefault == null) ? spec.maxHold() : atLeast(spec.minHold(), byDefault);
	}

	private static Duration orDefault(@Nullable Duration value, Duration defaultValue) {
		return (value != null) ? value : defaultValue;
	}

	private static Duration atLeast(@Nullable Duration limit, Duration value) {
		return (limit != null && limit.compareTo(value) > 0) ? limit : value;
	}

	private static Duration atMost(@Nullable Duration limit, Duration value) {
		return (limit != null && limit.compareTo(value) < 0) ? limit : value;
	}

	/**
	 * The rest hardly ever tells two apart.
	 */
	@Override
	public int hashCode() {
		return 31 * this.key.hashCode() + Long.hashCode(this.apart);
	}

	/**
	 * Return the same for a waiter that queues in the store by itself.
	 */
	Contention apart(long number) {
		return new Contention(this.key, this.ttl, this.renew, this.maxHold, this.minHold, true, number);
	}

	/**
	 * Return the same for a waiter that asks once and does not queue.
	 */
	Contention once(long number) {
		return new Contention(this.key, this.ttl, this.renew, this.maxHold, this.minHold, false, number);
	}

}
