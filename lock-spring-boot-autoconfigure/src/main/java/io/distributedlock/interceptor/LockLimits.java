package io.distributedlock.interceptor;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What the store of the locks cannot do.
 *
 * @param maxTtl the longest time to live of a lock, or null if there is no limit
 */
record LockLimits(@Nullable Duration maxTtl) {

	/**
	 * Check a time for which the store is to keep a lock without hearing of it.
	 * @param attribute the attribute that says how long
	 * @param time the time, or null if there is none
	 * @param cappedBy what limits that time anyway, or null
	 * @param reader tells what is wrong
	 */
	void check(String attribute, @Nullable Duration time, @Nullable Duration cappedBy, AttributeReader reader) {
		if (this.maxTtl == null || time == null || time.compareTo(this.maxTtl) <= 0
				|| (cappedBy != null && cappedBy.compareTo(this.maxTtl) <= 0)) {
			return;
		}
		throw reader.invalid(
				"Its %s is %s, but the store keeps no lock for longer than %s.".formatted(attribute, time, this.maxTtl),
				"Shorten it, or raise 'distributed-lock.redlock.max-ttl'.", null);
	}

}
