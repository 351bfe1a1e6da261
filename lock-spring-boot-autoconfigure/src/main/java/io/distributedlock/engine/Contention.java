package io.distributedlock.engine;

import java.time.Duration;

import io.distributedlock.LockSpec;

/**
 * What threads of this JVM must have in common to share a contender and to pass a lease
 * on among them.
 *
 * @param key the key of the lock
 * @param ttl the time to live of the lease
 * @param renew whether the lease is renewed
 * @param enqueue whether to be queued when the lock is busy
 * @param apart zero, or a number of its own for a waiter that shares with nobody
 */
record Contention(String key, Duration ttl, boolean renew, boolean enqueue, long apart) {

	static Contention shared(LockSpec spec, LockSettings settings) {
		Duration ttl = spec.ttl();
		Boolean renew = spec.renew();
		return new Contention(spec.key(), (ttl != null) ? ttl : settings.ttl(),
				(renew != null) ? renew : settings.renew(), true, 0);
	}

	/**
	 * Return the same for a waiter that queues in the store by itself.
	 */
	Contention apart(long number) {
		return new Contention(this.key, this.ttl, this.renew, true, number);
	}

	/**
	 * Return the same for a waiter that asks once and does not queue.
	 */
	Contention once(long number) {
		return new Contention(this.key, this.ttl, this.renew, false, number);
	}

}
