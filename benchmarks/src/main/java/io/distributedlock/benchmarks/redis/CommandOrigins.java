package io.distributedlock.benchmarks.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether commands come from clients or from scripts. {@code INFO commandstats} does not
 * tell, so it is learned from a sample.
 */
public final class CommandOrigins {

	private final Map<String, LongAdder> fromClients = new ConcurrentHashMap<>();

	private final Map<String, LongAdder> fromScripts = new ConcurrentHashMap<>();

	void add(String command, boolean fromScript) {
		(fromScript ? this.fromScripts : this.fromClients).computeIfAbsent(command, (key) -> new LongAdder())
			.increment();
	}

	/**
	 * Return which share of the calls of a command comes from clients.
	 * @param command the name of the command in lower case
	 * @return the share, from 0 to 1; 1 for commands that are not in the sample
	 */
	double clientShare(String command) {
		double clients = count(this.fromClients, command);
		double scripts = count(this.fromScripts, command);
		return (scripts > 0) ? clients / (clients + scripts) : 1;
	}

	private static long count(Map<String, LongAdder> counts, String command) {
		LongAdder count = counts.get(command);
		return (count != null) ? count.sum() : 0;
	}

}
