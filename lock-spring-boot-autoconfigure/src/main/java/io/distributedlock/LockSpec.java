package io.distributedlock;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

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
	 * The shortest accepted time to live, and time to hold a lock. A shorter lease could
	 * be over before its grant can be trusted.
	 */
	public static final Duration MIN_TTL = Duration.ofMillis(100);

	/**
	 * The longest accepted time to live, wait time, and time to hold a lock.
	 */
	public static final Duration MAX_DURATION = Duration.ofDays(365);

	/**
	 * The longest accepted key, in characters.
	 */
	public static final int MAX_KEY_LENGTH = 65_536;

	private final String key;

	private final Options options;

	private LockSpec(String key, Options options) {
		this.key = key;
		this.options = options;
	}

	/**
	 * Create a specification for a key.
	 * @param key the key: not blank, at most {@value #MAX_KEY_LENGTH} characters
	 * @return a specification with the default settings
	 * @throws InvalidLockKeyException if the key is null, blank or too long
	 */
	public static LockSpec of(@Nullable String key) {
		return new LockSpec(checkKey(key), Options.DEFAULT);
	}

	/**
	 * Set the key.
	 * @param key the key: not blank, at most {@value #MAX_KEY_LENGTH} characters
	 * @return a specification for that key, with the settings of this one
	 * @throws InvalidLockKeyException if the key is null, blank or too long
	 */
	public LockSpec withKey(@Nullable String key) {
		return new LockSpec(checkKey(key), this.options);
	}

	private static String checkKey(@Nullable String key) {
		if (key == null || key.isBlank()) {
			throw new InvalidLockKeyException("Lock key must not be %s. Pass a key that names what is to be protected."
				.formatted((key != null) ? "blank" : "null"));
		}
		if (key.length() > MAX_KEY_LENGTH) {
			throw new InvalidLockKeyException("Lock key starting with '%s' has %d characters, at most %d are allowed. "
				.formatted(key.substring(0, 32), key.length(), MAX_KEY_LENGTH) + "Use a shorter key, such as a hash.");
		}
		return key;
	}

	/**
	 * Set the name of the lock site: static, used in metrics and messages. It is no part
	 * of the key.
	 * @param name the name, not blank
	 * @return a specification with that name
	 */
	public LockSpec withName(String name) {
		Assert.hasText(name, "'name' must not be blank");
		return with((options) -> options.name = name);
	}

	/**
	 * Set how long the store keeps the lock when nobody renews or releases it. Never
	 * shorter than {@link #minHold()} and never longer than {@link #maxHold()}, whatever
	 * is set.
	 * @param ttl the time to live, from {@link #MIN_TTL} to {@link #MAX_DURATION}, or
	 * null for the default
	 * @return a specification with that time to live
	 */
	public LockSpec withTtl(@Nullable Duration ttl) {
		Duration checked = (ttl != null) ? checkTtl(ttl) : null;
		return with((options) -> options.ttl = checked);
	}

	/**
	 * Set the longest time to wait for the lock.
	 * @param waitTime the wait time, zero to try once, at most {@link #MAX_DURATION}, or
	 * null for the default
	 * @return a specification with that wait time
	 */
	public LockSpec withWaitTime(@Nullable Duration waitTime) {
		Duration checked = (waitTime != null) ? checkWaitTime(waitTime) : null;
		return with((options) -> options.waitTime = checked);
	}

	/**
	 * Set whether the lease is renewed until it is released.
	 * @param renew whether to renew, or null for the default
	 * @return a specification with that setting
	 */
	public LockSpec withRenew(@Nullable Boolean renew) {
		return with((options) -> options.renew = renew);
	}

	/**
	 * Set the longest time for which the lock is held. The lease is not renewed beyond
	 * that, so it is lost then.
	 * @param maxHold the longest time, from {@link #MIN_TTL} to {@link #MAX_DURATION} and
	 * not shorter than {@link #minHold()}, or null for the default
	 * @return a specification with that limit
	 */
	public LockSpec withMaxHold(@Nullable Duration maxHold) {
		Duration checked = (maxHold != null) ? checkHold("maxHold", maxHold) : null;
		return with((options) -> options.maxHold = checked);
	}

	/**
	 * Set the shortest time for which the lock is held. When it is released before that,
	 * the caller goes on at once, but the store keeps the lock for the rest of that time,
	 * also if this instance ends.
	 * @param minHold the shortest time, from {@link #MIN_TTL} to {@link #MAX_DURATION}
	 * and not longer than {@link #maxHold()}, or null for none
	 * @return a specification with that limit
	 */
	public LockSpec withMinHold(@Nullable Duration minHold) {
		Duration checked = (minHold != null) ? checkHold("minHold", minHold) : null;
		return with((options) -> options.minHold = checked);
	}

	/**
	 * Set whether waiters get the lock in the order of their arrival, across all threads
	 * and instances. If not, the threads of one instance pass it on among themselves for
	 * a moment, which is several times faster under contention.
	 * @param fair whether to keep the order
	 * @return a specification with that setting
	 */
	public LockSpec withFair(boolean fair) {
		return with((options) -> options.fair = fair);
	}

	/**
	 * Set whether a thread that holds the lock may acquire it again. If that is not so
	 * for the hold it has or for the one it wants, it fails with a
	 * {@link LockAlreadyHeldException}.
	 * @param reentrant whether the lock is reentrant
	 * @return a specification with that setting
	 */
	public LockSpec withReentrant(boolean reentrant) {
		return with((options) -> options.reentrant = reentrant);
	}

	/**
	 * Set what happens when the lease is lost before it is released.
	 * @param onLost what to do
	 * @return a specification with that setting
	 */
	public LockSpec withOnLost(OnLost onLost) {
		Assert.notNull(onLost, "'onLost' must not be null");
		return with((options) -> options.onLost = onLost);
	}

	private LockSpec with(Consumer<Options> change) {
		Options changed = new Options(this.options);
		change.accept(changed);
		changed.check();
		return new LockSpec(this.key, changed);
	}

	/**
	 * Check a time to live.
	 * @param ttl the time to live
	 * @return the same value
	 * @throws IllegalArgumentException if it is out of range
	 */
	public static Duration checkTtl(Duration ttl) {
		return checkHold("ttl", ttl);
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
	 * Check a longest time to hold a lock.
	 * @param maxHold the longest time
	 * @return the same value
	 * @throws IllegalArgumentException if it is out of range
	 */
	public static Duration checkMaxHold(Duration maxHold) {
		return checkHold("maxHold", maxHold);
	}

	/**
	 * Check a shortest time to hold a lock.
	 * @param minHold the shortest time
	 * @return the same value
	 * @throws IllegalArgumentException if it is out of range
	 */
	public static Duration checkMinHold(Duration minHold) {
		return checkHold("minHold", minHold);
	}

	private static Duration checkHold(String name, Duration duration) {
		Assert.notNull(duration, () -> "'%s' must not be null".formatted(name));
		if (duration.compareTo(MIN_TTL) < 0 || duration.compareTo(MAX_DURATION) > 0) {
			throw new IllegalArgumentException("'%s' must be from %d ms to %d days but is %s".formatted(name,
					MIN_TTL.toMillis(), MAX_DURATION.toDays(), duration));
		}
		return duration;
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
		return this.options.name;
	}

	/**
	 * Return the time to live.
	 * @return the time to live, or null for the default
	 */
	public @Nullable Duration ttl() {
		return this.options.ttl;
	}

	/**
	 * Return the wait time.
	 * @return the wait time, or null for the default
	 */
	public @Nullable Duration waitTime() {
		return this.options.waitTime;
	}

	/**
	 * Return whether the lease is renewed.
	 * @return whether to renew, or null for the default
	 */
	public @Nullable Boolean renew() {
		return this.options.renew;
	}

	/**
	 * Return the longest time for which the lock is held.
	 * @return the longest time, or null for the default
	 */
	public @Nullable Duration maxHold() {
		return this.options.maxHold;
	}

	/**
	 * Return the shortest time for which the lock is held.
	 * @return the shortest time, or null if there is none
	 */
	public @Nullable Duration minHold() {
		return this.options.minHold;
	}

	/**
	 * Return whether waiters get the lock in the order of their arrival.
	 * @return whether the order is kept
	 */
	public boolean isFair() {
		return this.options.fair;
	}

	/**
	 * Return whether a thread that holds the lock may acquire it again.
	 * @return whether the lock is reentrant
	 */
	public boolean isReentrant() {
		return this.options.reentrant;
	}

	/**
	 * Return what happens when the lease is lost before it is released.
	 * @return what to do
	 */
	public OnLost onLost() {
		return this.options.onLost;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof LockSpec that && this.key.equals(that.key) && this.options.equals(that.options);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.key, this.options);
	}

	@Override
	public String toString() {
		return "LockSpec[key=%s, %s]".formatted(this.key, this.options);
	}

	/**
	 * Everything but the key: shared by all calls of a method. Not changed any more once
	 * a specification has it.
	 */
	private static final class Options {

		private static final Options DEFAULT = new Options();

		private String name = "default";

		private @Nullable Duration ttl;

		private @Nullable Duration waitTime;

		private @Nullable Boolean renew;

		private @Nullable Duration maxHold;

		private @Nullable Duration minHold;

		private boolean fair;

		private boolean reentrant = true;

		private OnLost onLost = OnLost.NOTIFY;

		private Options() {
		}

		private Options(Options from) {
			this.name = from.name;
			this.ttl = from.ttl;
			this.waitTime = from.waitTime;
			this.renew = from.renew;
			this.maxHold = from.maxHold;
			this.minHold = from.minHold;
			this.fair = from.fair;
			this.reentrant = from.reentrant;
			this.onLost = from.onLost;
		}

		private void check() {
			if (this.minHold != null && this.maxHold != null && this.minHold.compareTo(this.maxHold) > 0) {
				throw new IllegalArgumentException("'minHold' must not be longer than 'maxHold' (%s) but is %s"
					.formatted(this.maxHold, this.minHold));
			}
		}

		private List<@Nullable Object> values() {
			return Arrays.asList(this.name, this.ttl, this.waitTime, this.renew, this.maxHold, this.minHold, this.fair,
					this.reentrant, this.onLost);
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Options that && values().equals(that.values());
		}

		@Override
		public int hashCode() {
			return values().hashCode();
		}

		@Override
		public String toString() {
			return "name=%s, ttl=%s, waitTime=%s, renew=%s, maxHold=%s, minHold=%s, fair=%s, reentrant=%s, onLost=%s"
				.formatted(values().toArray());
		}

	}

}
