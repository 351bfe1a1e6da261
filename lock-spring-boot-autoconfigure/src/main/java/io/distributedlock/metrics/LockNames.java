package io.distributedlock.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the number of different lock names in metrics bounded, even if an application
 * makes them up as it goes: the names that come first are kept, all others are one.
 *
 * @since 1.0
 */
public final class LockNames {

	/**
	 * How many different names are kept.
	 */
	public static final int MAX_NAMES = 200;

	/**
	 * Stands for all names beyond {@value #MAX_NAMES}.
	 */
	public static final String OTHER = "other";

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	/**
	 * Return the name to be used in metrics.
	 * @param name the name of a lock site
	 * @return the same name, or {@link #OTHER}
	 */
	public String bounded(String name) {
		if (this.names.contains(name)) {
			return name;
		}
		return (this.names.size() < MAX_NAMES && addIfRoom(name)) ? name : OTHER;
	}

	private synchronized boolean addIfRoom(String name) {
		return this.names.contains(name) || (this.names.size() < MAX_NAMES && this.names.add(name));
	}

}
