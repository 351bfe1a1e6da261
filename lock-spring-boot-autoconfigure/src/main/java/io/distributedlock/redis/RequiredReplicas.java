package io.distributedlock.redis;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * How many replicas must have a lock before it is used.
 *
 * @param count how many replicas; none if zero
 * @param timeout how long to wait for them
 * @since 1.0
 */
public record RequiredReplicas(int count, Duration timeout) {

	/**
	 * How long to wait for replicas if nothing else is said: less than the time in which
	 * a caller that does not wait for a lock expects an answer.
	 */
	public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(20);

	/**
	 * No replica must have a lock.
	 */
	public static final RequiredReplicas NONE = new RequiredReplicas(0, DEFAULT_TIMEOUT);

	/**
	 * Check the values.
	 */
	public RequiredReplicas {
		Assert.isTrue(count >= 0, "'count' must not be negative");
		Assert.isTrue(timeout.toMillis() > 0, "'timeout' must be at least one millisecond");
	}

}
