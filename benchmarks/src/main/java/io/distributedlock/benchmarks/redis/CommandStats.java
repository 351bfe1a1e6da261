package io.distributedlock.benchmarks.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often Redis has executed each command, by clients as well as within scripts: what
 * {@code INFO commandstats} says, without the commands of the driver and those by which
 * clients introduce themselves.
 *
 * @param calls number of calls by name of the command in lower case
 */
public record CommandStats(Map<String, Long> calls) {

	private static final Pattern LINE = Pattern.compile("cmdstat_([^:|]+)[^:]*:calls=(\\d+),.*");

	private static final Set<String> NOT_COUNTED = Set.of("auth", "client", "command", "config", "dbsize", "echo",
			"flushall", "hello", "info", "monitor", "pubsub");

	static CommandStats parse(String info) {
		Map<String, Long> calls = new HashMap<>();
		info.lines().map(LINE::matcher).filter(Matcher::matches).forEach((line) -> {
			String command = line.group(1);
			if (!NOT_COUNTED.contains(command)) {
				// Subcommands have lines of their own
				calls.merge(command, Long.parseLong(line.group(2)), Long::sum);
			}
		});
		return new CommandStats(calls);
	}

	/**
	 * Return what was executed since.
	 * @param earlier earlier statistics
	 * @return the difference
	 */
	public CommandStats since(CommandStats earlier) {
		Map<String, Long> difference = new HashMap<>(this.calls);
		earlier.calls.forEach((command, count) -> difference.merge(command, -count, Long::sum));
		return new CommandStats(difference);
	}

	/**
	 * Return the number of all calls, those within scripts included.
	 * @return the number of calls
	 */
	public long all() {
		return this.calls.values().stream().mapToLong(Long::longValue).sum();
	}

	/**
	 * Return the number of calls by clients.
	 * @param origins tells for each command which share of its calls comes from clients
	 * @return the number of calls
	 */
	public double byClients(CommandOrigins origins) {
		return this.calls.entrySet()
			.stream()
			.mapToDouble((entry) -> entry.getValue() * origins.clientShare(entry.getKey()))
			.sum();
	}

}
