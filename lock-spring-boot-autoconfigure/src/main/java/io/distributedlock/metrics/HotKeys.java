package io.distributedlock.metrics;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import io.distributedlock.LockException;
import io.distributedlock.engine.LockAttempt;
import io.distributedlock.engine.LockHold;
import io.distributedlock.engine.LockListener;
import org.jspecify.annotations.Nullable;

/**
 * The keys that callers of this instance have waited for most of late, from a bounded
 * sketch: {@value #CAPACITY} keys are watched, and a key that is not takes the place of
 * the one with the least waiting time, with that time as the possible error of its own
 * (the <em>space-saving</em> algorithm of Metwally, Agrawal and El Abbadi). A key with
 * more than a {@value #CAPACITY}th of all waiting time is always watched.
 * <p>
 * All times lose half their weight in five minutes. Calls that find the lock free cost
 * nothing here.
 *
 * @since 1.0
 */
public final class HotKeys implements LockListener {

	static final int CAPACITY = 256;

	private static final int MAX_KEY_LENGTH = 512;

	private static final double HALF_LIFE = Duration.ofMinutes(5).toNanos();

	private static final long DECAY_INTERVAL = Duration.ofSeconds(10).toNanos();

	private final LongSupplier nanoTime;

	private final Map<String, Watched> watched = new HashMap<>();

	private long decayedAt;

	/**
	 * Create an empty sketch.
	 */
	public HotKeys() {
		this(System::nanoTime);
	}

	HotKeys(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.decayedAt = nanoTime.getAsLong();
	}

	@Override
	public void acquired(LockAttempt attempt, LockHold hold, Duration waited) {
		if (attempt.isContended()) {
			add(attempt.key(), attempt.name(), waited);
		}
	}

	@Override
	public void notAcquired(LockAttempt attempt, @Nullable LockException failure, Duration waited) {
		if (attempt.isContended()) {
			add(attempt.key(), attempt.name(), waited);
		}
	}

	private synchronized void add(String fullKey, String name, Duration waited) {
		decay();
		String key = (fullKey.length() <= MAX_KEY_LENGTH) ? fullKey : fullKey.substring(0, MAX_KEY_LENGTH) + "…";
		Watched entry = this.watched.get(key);
		if (entry == null) {
			entry = new Watched(name);
			if (this.watched.size() >= CAPACITY) {
				Map.Entry<String, Watched> least = least();
				this.watched.remove(least.getKey());
				entry.error = least.getValue().waited;
				entry.waited = entry.error;
			}
			this.watched.put(key, entry);
		}
		entry.waited += waited.toNanos();
		entry.waits++;
	}

	private Map.Entry<String, Watched> least() {
		return this.watched.entrySet()
			.stream()
			.min(Comparator.comparingDouble((entry) -> entry.getValue().waited))
			.orElseThrow();
	}

	private void decay() {
		long now = this.nanoTime.getAsLong();
		long elapsed = now - this.decayedAt;
		if (elapsed >= DECAY_INTERVAL) {
			this.decayedAt = now;
			double factor = Math.pow(0.5, elapsed / HALF_LIFE);
			this.watched.values().forEach((entry) -> entry.decay(factor));
			this.watched.values().removeIf((entry) -> entry.waited < 1);
		}
	}

	/**
	 * Return the keys with the most waiting time.
	 * @param limit how many at most
	 * @return the keys, the hottest first
	 */
	public synchronized List<HotKey> top(int limit) {
		decay();
		return this.watched.entrySet()
			.stream()
			.map((entry) -> entry.getValue().describe(entry.getKey()))
			.sorted(Comparator.comparing(HotKey::waited).reversed())
			.limit(limit)
			.toList();
	}

	/**
	 * A key that was waited for.
	 *
	 * @param key the key, cut if it is very long
	 * @param name the name of a lock site with that key
	 * @param waited how long it was waited for of late, by all callers together
	 * @param error how much of that may be the time of other keys
	 * @param waits about how many have waited
	 * @since 1.0
	 */
	public record HotKey(String key, String name, Duration waited, Duration error, long waits) {

	}

	/**
	 * What is known of a key.
	 */
	private static final class Watched {

		private final String name;

		private double waited;

		private double error;

		private double waits;

		private Watched(String name) {
			this.name = name;
		}

		void decay(double factor) {
			this.waited *= factor;
			this.error *= factor;
			this.waits *= factor;
		}

		HotKey describe(String key) {
			return new HotKey(key, this.name, Duration.ofNanos((long) this.waited), Duration.ofNanos((long) this.error),
					Math.round(this.waits));
		}

	}

}
