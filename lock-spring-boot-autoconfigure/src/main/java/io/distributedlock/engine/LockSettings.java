package io.distributedlock.engine;

import java.time.Duration;

import io.distributedlock.LockSpec;
import io.distributedlock.store.LockStore;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Settings of a {@link LockTemplate}.
 *
 * @param application the name of the application, shown to others as part of the owner
 * token
 * @param ttl the time to live of a lock that does not set its own
 * @param waitTime the wait time of a lock that does not set its own
 * @param renew whether leases are renewed where the lock does not say
 * @param maxHold the longest time to hold a lock that does not set its own, or null for
 * no limit
 * @param releaseMode whether a release waits for the store
 * @param responseTimeout how long to wait for an answer of the store after the wait time
 * is over; a try with no wait time waits only that long
 * @param releaseTimeout how long a release or an extension waits for the store
 * @param localHandovers how many times in a row a lease is passed on among the threads of
 * this JVM before other JVMs have their turn, from 0 to {@link #MAX_LOCAL_HANDOVERS}
 * @since 1.0
 */
public record LockSettings(String application, Duration ttl, Duration waitTime, boolean renew,
		@Nullable Duration maxHold, ReleaseMode releaseMode, Duration responseTimeout, Duration releaseTimeout,
		int localHandovers) {

	/**
	 * The highest number of local hand-overs: each needs one of the fencing tokens that
	 * come with a grant.
	 */
	public static final int MAX_LOCAL_HANDOVERS = LockStore.TOKENS_PER_GRANT - 1;

	/**
	 * Check the settings.
	 */
	public LockSettings {
		LockSpec.checkTtl(ttl);
		LockSpec.checkWaitTime(waitTime);
		if (maxHold != null) {
			LockSpec.checkMaxHold(maxHold);
		}
		Assert.isTrue(isPositive(responseTimeout), "'responseTimeout' must be positive");
		Assert.isTrue(isPositive(releaseTimeout), "'releaseTimeout' must be positive");
		Assert.isTrue(localHandovers >= 0 && localHandovers <= MAX_LOCAL_HANDOVERS,
				() -> "'localHandovers' must be from 0 to %d".formatted(MAX_LOCAL_HANDOVERS));
	}

	/**
	 * Create settings without a longest time to hold a lock.
	 * @param application the name of the application, shown to others as part of the
	 * owner token
	 * @param ttl the time to live of a lock that does not set its own
	 * @param waitTime the wait time of a lock that does not set its own
	 * @param renew whether leases are renewed where the lock does not say
	 * @param releaseMode whether a release waits for the store
	 * @param responseTimeout how long to wait for an answer of the store after the wait
	 * time is over
	 * @param releaseTimeout how long a release or an extension waits for the store
	 * @param localHandovers how many times in a row a lease is passed on among the
	 * threads of this JVM
	 */
	public LockSettings(String application, Duration ttl, Duration waitTime, boolean renew, ReleaseMode releaseMode,
			Duration responseTimeout, Duration releaseTimeout, int localHandovers) {
		this(application, ttl, waitTime, renew, null, releaseMode, responseTimeout, releaseTimeout, localHandovers);
	}

	/**
	 * Return the settings that apply when nothing is configured.
	 * @return the default settings
	 */
	public static LockSettings defaults() {
		return new LockSettings("application", Duration.ofSeconds(30), Duration.ofSeconds(5), true, ReleaseMode.SYNC,
				Duration.ofMillis(30), Duration.ofSeconds(1), 32);
	}

	private static boolean isPositive(Duration duration) {
		return !duration.isNegative() && !duration.isZero();
	}

}
