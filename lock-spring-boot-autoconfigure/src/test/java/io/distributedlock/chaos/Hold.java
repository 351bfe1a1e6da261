package io.distributedlock.chaos;

import io.distributedlock.store.LockStore;

/**
 * A lock that somebody believed to hold.
 *
 * @param id which hold, unique: the name of the client, a hyphen and a number
 * @param key the key
 * @param token the fencing token
 * @param asked when the attempt to acquire the lock began
 * @param belief from when to when it certainly believed to hold the lock: from the first
 * to the last moment before a successful look at the lease
 */
record Hold(String id, String key, long token, long asked, Interval belief) {

	/**
	 * Return this hold with what is known about it from a later moment.
	 */
	Hold until(Hold later) {
		return new Hold(this.id, this.key, this.token, this.asked,
				new Interval(this.belief.from(), later.belief().to()));
	}

	/**
	 * Return whether the JVM of an earlier holder may have passed the lock on to this
	 * one, by itself.
	 */
	boolean isPassedOnFrom(Hold before) {
		long tokens = this.token - before.token;
		return client().equals(before.client()) && tokens > 0 && tokens < LockStore.TOKENS_PER_GRANT;
	}

	private String client() {
		return this.id.substring(0, Math.max(0, this.id.lastIndexOf('-')));
	}

	@Override
	public String toString() {
		return "%s of %s with token %d from %d for %s".formatted(this.id, this.key, this.token, this.belief.from(),
				this.belief.length());
	}

}
