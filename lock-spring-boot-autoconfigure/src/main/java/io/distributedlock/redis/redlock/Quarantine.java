package io.distributedlock.redis.redlock;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * For how long a node must not vote because it may have lost locks: until all leases have
 * run out that it may have given before it started.
 */
final class Quarantine {

	/**
	 * Redis says for how long it runs as the difference of two times in full seconds, so
	 * it may run that much shorter.
	 */
	private static final Duration PRECISION = Duration.ofSeconds(1);

	private final Duration longest;

	private Quarantine(Duration longest) {
		this.longest = longest;
	}

	static Quarantine of(RedlockSettings settings) {
		Duration maxTtl = settings.maxTtl();
		return new Quarantine(settings.nodesPersistEveryWrite() ? Duration.ZERO : maxTtl.plus(maxTtl.dividedBy(100)));
	}

	/**
	 * Return for how long from now a node must not vote.
	 * @param uptime for how long its server runs, as the server says by its own clock,
	 * which may have been set meanwhile
	 * @param away how long ago the connection to another run of the server was lost, by
	 * our clock, or null if no other is known
	 */
	Duration remaining(Duration uptime, @Nullable Duration away) {
		Duration age = uptime.minus(PRECISION);
		if (away != null) {
			// It ran before we lost the other: no restart but another server, which has
			// never had the data
			age = (uptime.compareTo(away) > 0) ? Duration.ZERO : min(age, away);
		}
		Duration remaining = this.longest.minus(age.isNegative() ? Duration.ZERO : age);
		return remaining.isNegative() ? Duration.ZERO : remaining;
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

}
