package io.distributedlock.redis.redlock;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Proposes fencing tokens: the time in microseconds, or more if higher tokens of the key
 * are known. Nothing is kept for each key: keys that share a place make each other's
 * tokens a little higher, which does no harm.
 */
final class FencingTokens {

	private static final int PLACES = 1024;

	private final WallClock wallClock;

	private final AtomicLongArray highest = new AtomicLongArray(PLACES);

	FencingTokens(WallClock wallClock) {
		this.wallClock = wallClock;
	}

	/**
	 * Return the first of the tokens to propose for a grant.
	 */
	long propose(String key) {
		long now = this.wallClock.micros();
		long last = this.highest.updateAndGet(place(key),
				(highest) -> Scripts.last((now > highest) ? now : highest + 1));
		return Scripts.first(last);
	}

	/**
	 * Take note of a token that somebody else has proposed.
	 */
	void seen(String key, long token) {
		this.highest.accumulateAndGet(place(key), token, Math::max);
	}

	private static int place(String key) {
		int hash = key.hashCode();
		return (hash ^ (hash >>> 16)) & (PLACES - 1);
	}

}
