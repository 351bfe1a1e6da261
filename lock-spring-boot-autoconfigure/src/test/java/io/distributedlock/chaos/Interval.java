package io.distributedlock.chaos;

import java.time.Duration;

/**
 * A span of time by {@link System#nanoTime()}, which all JVMs of a machine share on
 * Linux.
 *
 * @param from its begin
 * @param to its end, not before the begin
 */
record Interval(long from, long to) {

	Interval {
		if (to - from < 0) {
			throw new IllegalArgumentException("Ends %d ns before it begins".formatted(from - to));
		}
	}

	boolean contains(Interval other) {
		return other.from - this.from >= 0 && this.to - other.to >= 0;
	}

	/**
	 * Return how long both last at the same time.
	 */
	long common(Interval other) {
		return Math.max(0, Math.min(this.to, other.to) - Math.max(this.from, other.from));
	}

	Duration length() {
		return Duration.ofNanos(this.to - this.from);
	}

}
