package io.distributedlock.redis.internal;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.distributedlock.LockSpec;
import io.distributedlock.store.LockState;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the scripts that look at a lock return.
 *
 * @since 1.0
 */
public final class LockStates {

	private LockStates() {
	}

	/**
	 * Read the state of a lock.
	 * @param key the key of the lock
	 * @param reply token of the holder or an empty text, its time to live in
	 * milliseconds, last fencing token, for how long the lock has been held in
	 * microseconds and, unless they are not known, the number of waiters and the first of
	 * them
	 * @return the state
	 */
	public static LockState read(String key, List<Object> reply) {
		String holder = text(reply.get(0));
		long fence = (Long) reply.get(2);
		List<?> waiters = (reply.size() > 4) ? (List<?>) reply.get(5) : List.of();
		int waiting = (reply.size() > 4) ? Math.toIntExact((Long) reply.get(4)) : 0;
		return new LockState(key, holder.isEmpty() ? null : holder, heldFor((Long) reply.get(3)),
				holder.isEmpty() ? Duration.ZERO : timeToLive((Long) reply.get(1)), fence,
				waiters.stream().map((waiter) -> owner(text(waiter))).toList(), waiting);
	}

	private static String text(Object reply) {
		return new String((byte[]) reply, StandardCharsets.UTF_8);
	}

	/**
	 * Return the owner token of a waiter. In the queue of a single Redis, its time to
	 * live stands before it.
	 */
	private static String owner(String entry) {
		return entry.substring(entry.indexOf(' ') + 1);
	}

	/**
	 * Convert for how long a lock has been held, which is negative if that is not known.
	 * @param micros the time in microseconds
	 * @return the time, or null
	 */
	public static @Nullable Duration heldFor(long micros) {
		return (micros >= 0) ? Duration.of(micros, ChronoUnit.MICROS) : null;
	}

	/**
	 * Convert a PTTL, which is -1 if the key never expires and -2 if there is no key.
	 * Another program may have chosen one that is longer than a lock may be asked for.
	 * @param millis the time to live
	 * @return the duration
	 */
	public static Duration timeToLive(long millis) {
		return (millis == -1 || millis > LockSpec.MAX_DURATION.toMillis()) ? LockSpec.MAX_DURATION
				: Duration.ofMillis(Math.max(0, millis));
	}

}
