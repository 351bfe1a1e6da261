package io.distributedlock.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.measure.Effort;
import io.distributedlock.benchmarks.measure.Measure;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 */
final class BenchmarkOptions {

	static final String USAGE = """
			Options:
			  --quick              less than 5 minutes: shows that all works, and orders of magnitude
			  --full               more than an hour: also 100,000 locks held and renewed
			  --rounds N           how often each contestant has its turn
			  --only A,B           only measures whose names contain A or B
			  --contestants A,B    only these contestants
			  --redis PATH         another redis-server than the embedded one
			  --out DIRECTORY      where to write results.md, results.csv and logs
			  --list               show measures and contestants
			""";

	private static final Set<String> SWITCHES = Set.of("--quick", "--full", "--list");

	private static final Set<String> WITH_VALUE = Set.of("--rounds", "--only", "--contestants", "--redis", "--out");

	private final Map<String, String> values = new HashMap<>();

	BenchmarkOptions(String... args) {
		Iterator<String> rest = Arrays.asList(args).iterator();
		while (rest.hasNext()) {
			String option = rest.next();
			if (WITH_VALUE.contains(option) && rest.hasNext()) {
				this.values.put(option, rest.next());
			}
			else if (SWITCHES.contains(option)) {
				this.values.put(option, "");
			}
			else {
				throw new IllegalArgumentException("'%s' is no option, or has no value.".formatted(option));
			}
		}
	}

	boolean isList() {
		return this.values.containsKey("--list");
	}

	boolean isFull() {
		return this.values.containsKey("--full");
	}

	Effort effort() {
		Effort effort = this.values.containsKey("--quick") ? Effort.quick() : Effort.standard();
		String rounds = this.values.get("--rounds");
		return (rounds != null) ? effort.withRounds(Integer.parseInt(rounds)) : effort;
	}

	boolean selects(Measure measure) {
		String only = this.values.get("--only");
		return only == null || Arrays.stream(only.split(",")).anyMatch(measure.id()::contains);
	}

	boolean selects(Contestant contestant) {
		String contestants = this.values.get("--contestants");
		return contestants == null || Arrays.asList(contestants.split(",")).contains(contestant.id());
	}

	@Nullable Path redis() {
		String redis = this.values.get("--redis");
		return (redis != null) ? Path.of(redis) : null;
	}

	Path out() {
		return Path.of(this.values.getOrDefault("--out", "benchmark-results"));
	}

	@Override
	public String toString() {
		String options = this.values.entrySet()
			.stream()
			.filter((option) -> !option.getKey().equals("--out"))
			.map((option) -> (option.getKey() + " " + option.getValue()).strip())
			.sorted()
			.collect(Collectors.joining(" "));
		return options.isEmpty() ? "standard run" : options;
	}

}
