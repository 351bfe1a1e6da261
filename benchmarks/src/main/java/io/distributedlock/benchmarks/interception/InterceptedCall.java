package io.distributedlock.benchmarks.interception;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.distributedlock.benchmarks.measure.Effort;
import io.distributedlock.benchmarks.measure.Measure;
import io.distributedlock.benchmarks.measure.Metric;
import io.distributedlock.benchmarks.measure.Sample;
import io.distributedlock.benchmarks.measure.Stage;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What {@code @DistributedLock} adds to a call, Redis not included: time and garbage over
 * a proxied call without advice. Runs {@link InterceptedCallBenchmark} by JMH, one fork
 * for each method in each round.
 */
public final class InterceptedCall implements Measure {

	private static final Metric NANOS = Metric.of("ns/call");

	private static final Metric NANOS_MORE = Metric.of("more ns/call");

	private static final Metric BYTES = Metric.of("B/call");

	private static final Metric BYTES_MORE = Metric.of("more B/call");

	private static final String ALLOCATED = "gc.alloc.rate.norm";

	private static final int ITERATIONS = 3;

	private static final String PROXY = "proxy without advice";

	private static final Map<String, String> TITLES = Map.of("proxy", PROXY, "around", "no-op @Around", "cacheable",
			"@Cacheable(key = \"#id\"), cached", "distributedLock", "@DistributedLock(key = \"#id\")");

	@Override
	public String id() {
		return "intercepted-call";
	}

	@Override
	public String title() {
		return "Intercepted call, locks in memory";
	}

	@Override
	public List<String> references() {
		return List.of(PROXY);
	}

	@Override
	public void run(Stage stage) {
		for (int round = 1; round <= stage.effort().longRounds(); round++) {
			try {
				addRound(stage, new Runner(options(stage.effort())).run());
			}
			catch (RunnerException ex) {
				stage.note(this, "Failed in round %d: %s".formatted(round, ex.getMessage()));
			}
		}
	}

	private static Options options(Effort effort) {
		return new OptionsBuilder()
			.include("^%s\\.".formatted(InterceptedCallBenchmark.class.getName().replace(".", "\\.")))
			.forks(1)
			.warmupIterations(ITERATIONS)
			.warmupTime(TimeValue.milliseconds(effort.warmUp().toMillis()))
			.measurementIterations(ITERATIONS)
			.measurementTime(TimeValue.milliseconds(effort.time().dividedBy(2).toMillis()))
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.build();
	}

	private void addRound(Stage stage, Collection<RunResult> results) {
		RunResult proxy = results.stream().filter((result) -> PROXY.equals(title(result))).findFirst().orElseThrow();
		results.stream().sorted((a, b) -> Double.compare(nanos(a), nanos(b))).forEach((result) -> {
			Sample sample = new Sample().with(NANOS, nanos(result))
				.with(NANOS_MORE, nanos(result) - nanos(proxy))
				.with(BYTES, bytes(result))
				.with(BYTES_MORE, bytes(result) - bytes(proxy));
			stage.add(this, title(result), sample);
		});
	}

	private static String title(RunResult result) {
		String label = result.getPrimaryResult().getLabel();
		return TITLES.getOrDefault(label, label.toLowerCase(Locale.ROOT));
	}

	private static double nanos(RunResult result) {
		return result.getPrimaryResult().getScore();
	}

	private static double bytes(RunResult result) {
		Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
		return (allocated != null) ? allocated.getScore() : Double.NaN;
	}

}
