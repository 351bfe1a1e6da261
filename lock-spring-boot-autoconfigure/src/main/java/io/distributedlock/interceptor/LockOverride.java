package io.distributedlock.interceptor;

import java.time.Duration;

import io.distributedlock.OnContention;
import io.distributedlock.OnLost;
import io.distributedlock.OnStoreFailure;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says about the locks of one name, instead of their annotations.
 * Null leaves an attribute as it is. Internal: read from the properties by the
 * auto-configuration, which checks the ranges.
 *
 * @param enabled whether to lock at all
 * @param ttl the time to live
 * @param waitTime the wait time
 * @param renew whether to renew
 * @param maxHold the longest time to hold the lock
 * @param minHold the shortest time to hold the lock
 * @param fair whether waiters get the lock in the order of their arrival
 * @param onContention what to do if somebody else holds the lock
 * @param onStoreFailure what to do if the store fails
 * @param onLost what to do if the lease is lost
 * @since 1.0
 */
public record LockOverride(@Nullable Boolean enabled, @Nullable Duration ttl, @Nullable Duration waitTime,
		@Nullable Boolean renew, @Nullable Duration maxHold, @Nullable Duration minHold, @Nullable Boolean fair,
		@Nullable OnContention onContention, @Nullable OnStoreFailure onStoreFailure, @Nullable OnLost onLost) {

	static final LockOverride NONE = new LockOverride(null, null, null, null, null, null, null, null, null, null);

	boolean isDisabled() {
		return Boolean.FALSE.equals(this.enabled);
	}

	/**
	 * Choose the value of an attribute.
	 * @param <T> its type
	 * @param override the value of the configuration, or null
	 * @param attribute the value of the annotation
	 * @return the first one that is not null
	 */
	static <T> T choose(@Nullable T override, T attribute) {
		return (override != null) ? override : attribute;
	}

	/**
	 * Choose the value of an attribute that may have none.
	 * @param <T> its type
	 * @param override the value of the configuration, or null
	 * @param attribute the value of the annotation, or null
	 * @return the first one that is not null, or null
	 */
	static <T> @Nullable T chooseIfAny(@Nullable T override, @Nullable T attribute) {
		return (override != null) ? override : attribute;
	}

}
