package io.distributedlock.redis.redlock;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Compares the clock of a node with that of this machine. Nothing depends on it, but
 * clocks that differ much spoil fencing tokens, and a clock that is set while leases run
 * ends them too early or too late.
 */
final class NodeClock {

	private static final Log logger = LogFactory.getLog(NodeClock.class);

	private final String node;

	private final WallClock wallClock;

	private final Duration maxSkew;

	private volatile @Nullable Duration skew;

	private volatile boolean tooMuch;

	NodeClock(String node, WallClock wallClock, Duration maxSkew) {
		this.node = node;
		this.wallClock = wallClock;
		this.maxSkew = maxSkew;
	}

	/**
	 * Return by how much the clock of the node is ahead, or null if it is not known yet.
	 */
	@Nullable Duration skew() {
		return this.skew;
	}

	/**
	 * Begin to compare, just before the node is asked for its time.
	 */
	Comparison compare() {
		return new Comparison(this.wallClock.micros(), System.nanoTime());
	}

	private void measured(Duration measured) {
		this.skew = measured;
		boolean exceeded = measured.abs().compareTo(this.maxSkew) > 0;
		if (exceeded && !this.tooMuch) {
			logger.warn("The clock of Redlock node %s is %d ms %s that of this machine. Synchronize the clocks."
				.formatted(this.node, measured.abs().toMillis(), measured.isNegative() ? "behind" : "ahead of"));
		}
		this.tooMuch = exceeded;
	}

	/**
	 * A comparison that has begun. The node is taken to have looked at its clock halfway
	 * between question and answer.
	 */
	final class Comparison {

		private final long micros;

		private final long startedAt;

		private Comparison(long micros, long startedAt) {
			this.micros = micros;
			this.startedAt = startedAt;
		}

		/**
		 * End with what the node has answered.
		 * @param time its time, seconds and microseconds
		 */
		void end(List<byte[]> time) {
			long halfway = this.micros + (System.nanoTime() - this.startedAt) / 2000;
			long there = 1_000_000 * number(time.get(0)) + number(time.get(1));
			measured(Duration.ofNanos(1000 * (there - halfway)));
		}

		private static long number(byte[] text) {
			return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
		}

	}

}
