package io.distributedlock.redis.redlock;

import java.time.Duration;

import io.distributedlock.LockSpec;
import io.distributedlock.redis.internal.LockKeys;
import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Settings of a {@link RedlockLockStore}.
 *
 * @param keyPrefix the prefix of all keys in Redis, without braces
 * @param nodeTimeout how long to wait for the vote of a node, or null for a twentieth of
 * the time to live of the lock, but at most {@link #MAX_DEFAULT_NODE_TIMEOUT}
 * @param connectTimeout how long to wait for a connection
 * @param maxTtl the longest time to live of a lock. A node that has restarted does not
 * vote for that long
 * @param nodesPersistEveryWrite whether the nodes have all their data after a restart, so
 * that they may vote at once
 * @param fenceTtl the shortest time for which the last fencing token of a key is
 * remembered; must be longer than the clocks of the instances can differ
 * @param maxClockSkew by how much the clock of a node may differ from that of this
 * instance before there is a warning
 * @since 1.0
 */
public record RedlockSettings(String keyPrefix, @Nullable Duration nodeTimeout, Duration connectTimeout,
		Duration maxTtl, boolean nodesPersistEveryWrite, Duration fenceTtl, Duration maxClockSkew) {

	/**
	 * The longest time to wait for the vote of a node if that is not set.
	 */
	public static final Duration MAX_DEFAULT_NODE_TIMEOUT = Duration.ofMillis(50);

	/**
	 * Check the settings.
	 */
	public RedlockSettings {
		Assert.isTrue(LockKeys.isValidPrefix(keyPrefix),
				"'keyPrefix' must not be empty and must not contain braces, white space or control characters");
		Assert.isTrue(nodeTimeout == null || isPositive(nodeTimeout), "'nodeTimeout' must be positive");
		Assert.isTrue(isPositive(connectTimeout), "'connectTimeout' must be positive");
		Assert.isTrue(maxTtl.compareTo(LockSpec.MIN_TTL) >= 0, "'maxTtl' must not be less than the least ttl");
		Assert.isTrue(isPositive(fenceTtl), "'fenceTtl' must be positive");
		Assert.isTrue(isPositive(maxClockSkew), "'maxClockSkew' must be positive");
	}

	/**
	 * Return the settings that apply when nothing is configured.
	 * @return the default settings
	 */
	public static RedlockSettings defaults() {
		return new RedlockSettings("lock:", null, Duration.ofSeconds(1), Duration.ofSeconds(30), false,
				Duration.ofSeconds(60), Duration.ofMillis(500));
	}

	/**
	 * Return how long to wait for the vote of a server on a lock: never so long that too
	 * little of the lease would be left.
	 */
	Duration nodeTimeout(RedlockServer server, Duration ttl) {
		Duration configured = (server.nodeTimeout() != null) ? server.nodeTimeout() : this.nodeTimeout;
		return (configured != null) ? min(configured, ttl.dividedBy(2))
				: min(MAX_DEFAULT_NODE_TIMEOUT, ttl.dividedBy(20));
	}

	/**
	 * Return how long to wait for a connection to a server.
	 */
	Duration connectTimeout(RedlockServer server) {
		return (server.connectTimeout() != null) ? server.connectTimeout() : this.connectTimeout;
	}

	/**
	 * Return where to connect to for a server, with the time-out for that.
	 */
	RedisURI uri(RedlockServer server) {
		return RedisURI.builder(server.uri()).withTimeout(connectTimeout(server)).build();
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private static boolean isPositive(Duration duration) {
		return !duration.isNegative() && !duration.isZero();
	}

}
