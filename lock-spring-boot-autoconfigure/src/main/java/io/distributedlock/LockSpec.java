package io.distributedlock;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * What to lock and how. Immutable; what is not set comes from the
 * {@code distributed-lock.*} properties.
 *
 * <pre class="code">
 * LockSpec.of("orders::42").withTtl(Duration.ofSeconds(10)).withWaitTime(Duration.ZERO)
 * </pre>
 *
 * @since 1.0
 */
public final class LockSpec {

	/**
	 * The shortest accepted time to live. A shorter lease could be over before its grant
	 * can be trusted.
	 */
	public static final Duration MIN_TTL = Duration.ofMillis(100);

	/**
	 * The longest accepted time to live and wait time.
	 */
	public static final Duration MAX_DURATION = Duration.ofDays(365);

	/**
	 * The longest accepted key, in characters.
	 */
	public static final int MAX_KEY_LENGTH = 65_536;

	private static final String DEFAULT_NAME = "default";

	private final String key;

	private final String name;

	private final @Nullable Duration ttl;

	private final @Nullable Duration waitTime;

	private final @Nullable Boolean renew;

	private final boolean fair;

	private LockSpec(String key, String name, @Nullable Duration ttl, @Nullable Duration waitTime,
			@Nullable Boolean renew, boolean fair) {
		this.key = key;
		this.name = name;
		this.ttl = ttl;
		this.waitTime = waitTime;
		this.renew = renew;
		this.fair = fair;
	}

	/**
	 * Specify a lock by its key.
	 * @param key the key: not blank, at most {@value #MAX_KEY_LENGTH} characters
	 * @return a specification with the default settings
	 * @throws InvalidLockKeyException if the key is null, blank or too long
	 */
	public static LockSpec of(@Nullable String key) {
		if (key == null || key.isBlank()) {
			throw new InvalidLockKeyException("Lock key must not be %s. Pass a key that names what is to be protected."
				.formatted((key != null) ? "blank" : "null"));
		}
		if (key.length() > MAX_KEY_LENGTH) {
			throw new InvalidLockKeyException("Lock key starting with '%s' has %d characters, at most %d are allowed. "
				.formatted(key.substring(0, 32), key.length(), MAX_KEY_LENGTH) + "Use a shorter key, such as a hash.");
		}
		return new LockSpec(key, DEFAULT_NAME, null, null, null, false);
	}

	/**
	 * Set the name of the lock site: static, used in metrics and messages. It is no part
	 * of the key.
	 * @param name the name, not blank
	 * @return a specification with that name
	 */
	public LockSpec withName(String name) {
		Assert.hasText(name, "'name' must not be blank");
		return new LockSpec(this.key, name, this.ttl, this.waitTime, this.renew, this.fair);
	}

	/**
	 * Set how long the store keeps the lock when nobody renews or releases it.
	 * @param ttl the time to live, from {@link #MIN_TTL} to {@link #MAX_DURATION}, or
	 * null for the default
	 * @return a specification with that time to live
	 */
	public LockSpec withTtl(@Nullable Duration ttl) {
		return new LockSpec(this.key, this.name, (ttl != null) ? checkTtl(ttl) : null, this.waitTime, this.renew,
				this.fair);
	}

	/**
	 * Set the longest time to wait for the lock.
	 * @param waitTime the wait time, zero to try once, at most {@link #MAX_DURATION}, or
	 * null for the default
	 * @return a specification with that wait time
	 */
	public LockSpec withWaitTime(@Nullable Duration waitTime) {
		return new LockSpec(this.key, this.name, this.ttl, (waitTime != null) ? checkWaitTime(waitTime) : null,
				this.renew, this.fair);
	}

	/**
	 * Set whether the lease is renewed until it is released.
	 * @param renew whether to renew, or null for the default
	 * @return a specification with that setting
	 */
	public LockSpec withRenew(@Nullable Boolean renew) {
		return new LockSpec(this.key, this.name, this.ttl, this.waitTime, renew, this.fair);
	}

	/**
	 * Set whether waiters get the lock in the order of their arrival, across all threads
	 * and instances. If not, the threads of one instance pass it on among themselves for
	 * a moment, which is several times faster under contention.
	 * @param fair whether to keep the order
	 * @return a specification with that setting
	 */
	public LockSpec withFair(boolean fair) {
		return new LockSpec(this.key, this.name, this.ttl, this.waitTime, this.renew, fair);
	}

	/**
	 * Check a time to live.
	 * @param ttl the time to live
	 * @return the same value
	 * @throws IllegalArgumentException if it is out of range
	 */
	public static Duration checkTtl(Duration ttl) {
		Assert.notNull(ttl, "'ttl' must not be null");
		if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_DURATION) > 0) {
			throw new IllegalArgumentException("'ttl' must be from %d ms to %d days but is %s"
				.formatted(MIN_TTL.toMillis(), MAX_DURATION.toDays(), ttl));
		}
		return ttl;
	}

	/**
	 * Check a wait time.
	 * @param waitTime the wait time
	 * @return the same value
	 * @throws IllegalArgumentException if it is out of range
	 */
	public static Duration checkWaitTime(Duration waitTime) {
		Assert.notNull(waitTime, "'waitTime' must not be null");
		if (waitTime.isNegative() || waitTime.compareTo(MAX_DURATION) > 0) {
			throw new IllegalArgumentException(
					"'waitTime' must be from 0 to %d days but is %s".formatted(MAX_DURATION.toDays(), waitTime));
		}
		return waitTime;
	}

	/**
	 * Return the key.
	 * @return the key
	 */
	public String key() {
		return this.key;
	}

	/**
	 * Return the name of the lock site.
	 * @return the name, {@code default} if none was set
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Return the time to live.
	 * @return the time to live, or null for the default
	 */
	public @Nullable Duration ttl() {
		return this.ttl;
	}

	/**
	 * Return the wait time.
	 * @return the wait time, or null for the default
	 */
	public @Nullable Duration waitTime() {
		return this.waitTime;
	}

	/**
	 * Return whether the lease is renewed.
	 * @return whether to renew, or null for the default
	 */
	public @Nullable Boolean renew() {
		return this.renew;
	}

	/**
	 * Return whether waiters get the lock in the order of their arrival.
	 * @return whether the order is kept
	 */
	public boolean isFair() {
		return this.fair;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof LockSpec that && this.key.equals(that.key) && this.name.equals(that.name)
				&& Objects.equals(this.ttl, that.ttl) && Objects.equals(this.waitTime, that.waitTime)
				&& Objects.equals(this.renew, that.renew) && this.fair == that.fair;
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.key, this.name, this.ttl, this.waitTime, this.renew, this.fair);
	}

	@Override
	public String toString() {
		return "LockSpec[key=%s, name=%s, ttl=%s, waitTime=%s, renew=%s, fair=%s]".formatted(this.key, this.name,
				this.ttl, this.waitTime, this.renew, this.fair);
	}

}
