package io.distributedlock.redis.redlock;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The wall clock of this machine. Fencing tokens are proposed from it, and the clocks of
 * the nodes are compared with it; nothing else may depend on it.
 */
@FunctionalInterface
interface WallClock {

	/**
	 * Return the microseconds since 1970.
	 */
	long micros();

	static WallClock system() {
		return () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
	}

}
