package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;

/**
 * A warning about what may happen thousands of times a second: written at most once in
 * ten seconds, with how often it was left out.
 */
final class OccasionalWarning {

	static final Duration INTERVAL = Duration.ofSeconds(10);

	private final Log logger;

	private final LongSupplier nanoTime;

	private final AtomicLong next;

	private final AtomicLong leftOut = new AtomicLong();

	OccasionalWarning(Log logger, LongSupplier nanoTime) {
		this.logger = logger;
		this.nanoTime = nanoTime;
		this.next = new AtomicLong(nanoTime.getAsLong());
	}

	/**
	 * Write a warning, or leave it out.
	 * @param message the message
	 */
	void log(String message) {
		long now = this.nanoTime.getAsLong();
		long due = this.next.get();
		if (now - due >= 0 && this.next.compareAndSet(due, now + INTERVAL.toNanos())) {
			long others = this.leftOut.getAndSet(0);
			this.logger
				.warn((others > 0) ? message + " (and %d others since the last warning)".formatted(others) : message);
		}
		else {
			this.leftOut.incrementAndGet();
			this.logger.debug(message);
		}
	}

}
