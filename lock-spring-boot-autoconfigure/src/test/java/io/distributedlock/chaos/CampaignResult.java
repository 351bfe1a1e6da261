package io.distributedlock.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What came out of a campaign.
 *
 * @param settings how much it did
 * @param faults how often each fault was caused
 * @param history what the clients did
 * @param commands the script calls in the time without faults
 * @param heapGrowth by how many bytes the heap of each client grew that lived from the
 * begin to the end
 * @param leftovers what was left in clients and servers
 * @param windows when the servers may have forgotten locks
 */
record CampaignResult(CampaignSettings settings, Map<String, Integer> faults, History history, Commands commands,
		Map<String, Long> heapGrowth, List<String> leftovers, List<Interval> windows) {

	/**
	 * How much longer than its bound a call may take here, where servers, clients and
	 * other tests share few processors.
	 */
	private static final Duration TOLERANCE = Duration.ofSeconds(5);

	private static final long MAX_HEAP_GROWTH = 48L << 20;

	/**
	 * An attempt asks once, then a few times until its wait time is over, holds, renews
	 * and releases. Who polls in a loop needs a hundred calls.
	 */
	private static final int MAX_CALLS_PER_ATTEMPT = 10;

	private static final int MAX_OTHER_CALLS = 100;

	Verdict verdict() {
		Verdict verdict = new HistoryChecker(this.windows, TOLERANCE).check(this.history);
		List<String> violations = new ArrayList<>(verdict.violations());
		this.leftovers.forEach((leftover) -> violations.add("Left: " + leftover));
		this.heapGrowth.forEach((client, growth) -> {
			if (growth > MAX_HEAP_GROWTH) {
				violations.add("The heap of %s grew by %d bytes".formatted(client, growth));
			}
		});
		if (this.commands.calls() > MAX_CALLS_PER_ATTEMPT * attemptsWithoutFaults() + MAX_OTHER_CALLS) {
			violations.add("%s script calls for %d attempts".formatted(this.commands.calls(), attemptsWithoutFaults()));
		}
		return new Verdict(verdict.expected(), verdict.excesses(), violations);
	}

	/**
	 * Return how many calls of each kind there were, by their outcome.
	 */
	Map<String, Long> outcomes() {
		return this.history.waits()
			.stream()
			.collect(Collectors.groupingBy(Wait::what, TreeMap::new, Collectors.counting()));
	}

	/**
	 * Return how many attempts to acquire a lock ended in the time without faults.
	 */
	long attemptsWithoutFaults() {
		return this.history.waits()
			.stream()
			.filter((wait) -> wait.what().startsWith("acquire"))
			.filter((wait) -> this.commands.time().contains(new Interval(wait.time().to(), wait.time().to())))
			.count();
	}

	double commandsPerAttempt() {
		return this.commands.calls() / Math.max(1, attemptsWithoutFaults());
	}

}
