package io.distributedlock.benchmarks.contestant;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How a client is to be set up. Everything else is the default of the library.
 *
 * @param ports where Redis listens, on the loopback interface: one server, or the nodes
 * of a quorum
 * @param ttl how long a lock outlives a holder that has died
 * @param renewed whether locks will be held for longer than that. Libraries that do not
 * renew by default are then told to
 * @param manyHeld whether one thread will hold many locks at once
 */
public record ClientSettings(List<Integer> ports, Duration ttl, boolean renewed,
		boolean manyHeld) implements Serializable {

	/**
	 * The longest time to wait for a lock, where a library needs to be told one.
	 */
	static final Duration WAIT_TIME = Duration.ofSeconds(60);

	static final String HOST = "127.0.0.1";

	private static final Duration DEFAULT_TTL = Duration.ofSeconds(30);

	/**
	 * Return the settings of most measures.
	 * @param ports where Redis listens
	 * @return the settings
	 */
	public static ClientSettings defaults(List<Integer> ports) {
		return new ClientSettings(List.copyOf(ports), DEFAULT_TTL, false, false);
	}

	/**
	 * Return where the only server listens.
	 */
	int port() {
		return this.ports.get(0);
	}

	boolean isQuorum() {
		return this.ports.size() > 1;
	}

	/**
	 * Set the time to live.
	 * @param ttl the time to live
	 * @return settings with that time to live
	 */
	public ClientSettings withTtl(Duration ttl) {
		return new ClientSettings(this.ports, ttl, this.renewed, this.manyHeld);
	}

	/**
	 * Ask for locks that are renewed while they are held.
	 * @return settings with renewal
	 */
	public ClientSettings withRenewal() {
		return new ClientSettings(this.ports, this.ttl, true, this.manyHeld);
	}

	/**
	 * Prepare for a thread that holds many locks at once.
	 * @return settings with that preparation
	 */
	public ClientSettings withManyHeld() {
		return new ClientSettings(this.ports, this.ttl, this.renewed, true);
	}

}
