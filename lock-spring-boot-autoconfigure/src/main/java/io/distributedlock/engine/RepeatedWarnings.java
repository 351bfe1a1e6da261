package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.apache.commons.logging.Log;

/**
 * Logs what happens to locks as a warning, but for each lock name only once in a minute;
 * repetitions are logged for debugging. An outage that thousands of locks do not survive
 * must not flood the log.
 */
final class RepeatedWarnings {

	private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

	/**
	 * Names beyond that share their warnings.
	 */
	private static final int MAX_NAMES = 200;

	private final Log logger;

	private final MonotonicClock clock;

	private final ConcurrentMap<String, Long> warnedAt = new ConcurrentHashMap<>();

	RepeatedWarnings(Log logger, MonotonicClock clock) {
		this.logger = logger;
		this.clock = clock;
	}

	void warn(String name, String message) {
		if (isDue(name)) {
			this.logger.warn(message);
		}
		else {
			this.logger.debug(message);
		}
	}

	private boolean isDue(String name) {
		boolean known = this.warnedAt.containsKey(name) || this.warnedAt.size() < MAX_NAMES;
		long now = this.clock.nanoTime();
		boolean[] due = new boolean[1];
		this.warnedAt.compute(known ? name : "", (ignored, last) -> {
			if (last != null && now - last < INTERVAL) {
				return last;
			}
			due[0] = true;
			return now;
		});
		return due[0];
	}

}
