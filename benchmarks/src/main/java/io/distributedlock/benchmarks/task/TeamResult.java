package io.distributedlock.benchmarks.task;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a {@link Team} did.
 *
 * @param nanos how long it worked
 * @param cpuNanos CPU time of its JVM in that time
 * @param counts how often each of its threads did its work
 * @param failures how often that failed
 * @param firstFailure why it failed for the first time
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TeamResult(long nanos, long cpuNanos, long[] counts, long failures,
		String firstFailure) implements Serializable {

	/**
	 * Return how often the work was done, by all together.
	 * @return the sum
	 */
	public long total() {
		return Arrays.stream(this.counts).sum();
	}

	/**
	 * Return how often the work was done in a second, by all together.
	 * @return the rate
	 */
	public double perSecond() {
		return total() * 1e9 / this.nanos;
	}

	/**
	 * Return the CPU time that doing the work a thousand times took.
	 * @return CPU time in milliseconds
	 */
	public double cpuMillisPerThousand() {
		return this.cpuNanos / 1e3 / total();
	}

	/**
	 * Check that no work failed.
	 * @throws IllegalStateException if some did
	 */
	public void ensureNoFailures() {
		if (this.failures != 0) {
			throw new IllegalStateException("Failed %d times: %s".formatted(this.failures, this.firstFailure));
		}
	}

}
