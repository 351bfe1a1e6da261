package io.distributedlock.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.interception.InterceptedCall;
import io.distributedlock.benchmarks.measure.Effort;
import io.distributedlock.benchmarks.measure.Measure;
import io.distributedlock.benchmarks.measure.Measures;
import io.distributedlock.benchmarks.measure.Results;
import io.distributedlock.benchmarks.measure.Stage;
import io.distributedlock.benchmarks.measure.Workers;
import io.distributedlock.benchmarks.redis.Quorum;
import io.distributedlock.benchmarks.redis.RedisServer;
import io.distributedlock.benchmarks.report.CsvReport;
import io.distributedlock.benchmarks.report.Machine;
import io.distributedlock.benchmarks.report.MarkdownReport;

/**
 * The driver: starts Redis and the JVMs of the contestants, lets them take turns, and
 * writes the results.
 */
public final class Benchmarks {

	private final BenchmarkOptions options;

	private final Effort effort;

	private final PrintStream console;

	Benchmarks(BenchmarkOptions options, Effort effort, PrintStream console) {
		this.options = options;
		this.effort = effort;
		this.console = console;
	}

	/**
	 * Run the benchmarks.
	 * @param args see {@code --list} and {@code docs/benchmarks.md}
	 * @throws IOException if Redis cannot be started or results cannot be written
	 * @throws InterruptedException if interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		BenchmarkOptions options;
		try {
			options = new BenchmarkOptions(args);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.err.println(BenchmarkOptions.USAGE);
			System.exit(2);
			return;
		}
		Benchmarks benchmarks = new Benchmarks(options, options.effort(), System.out);
		if (options.isList()) {
			benchmarks.list();
		}
		else {
			benchmarks.run();
		}
		System.exit(0);
	}

	private List<Measure> measures() {
		List<Measure> measures = new ArrayList<>(Measures.all());
		measures.add(new InterceptedCall());
		if (this.options.isFull()) {
			measures.addAll(Measures.full());
		}
		return measures;
	}

	private void list() {
		this.console.println(BenchmarkOptions.USAGE);
		this.console.println("Measures:");
		measures().forEach((measure) -> this.console.printf("  %-30s %s%n", measure.id(), measure.title()));
		this.console.println("Contestants:");
		for (Contestant contestant : Contestant.values()) {
			this.console.printf("  %-30s %s%n", contestant.id(), contestant.title());
		}
	}

	void run() throws IOException, InterruptedException {
		long start = System.nanoTime();
		Path out = Files.createDirectories(this.options.out());
		Results results = new Results();
		try (RedisServer redis = RedisServer.start(this.options.redis());
				Quorum quorum = new Quorum(this.options.redis());
				Workers workers = new Workers(out)) {
			Stage stage = new Stage(redis, quorum, workers, this.effort, this.options::selects, results, this.console);
			String heading = heading(redis);
			for (Measure measure : measures()) {
				if (this.options.selects(measure)) {
					measure.run(stage);
					// After each measure, so that nothing is lost when the run is stopped
					write(out, heading, results);
				}
			}
		}
		this.console.printf("Done in %d s. Results are in %s%n",
				Duration.ofNanos(System.nanoTime() - start).toSeconds(), out.toAbsolutePath());
	}

	private String heading(RedisServer redis) {
		return """
				# Benchmark of %s

				%s- %s, %d rounds (%d of long measures): median (lowest–highest); × is the ratio of medians
				""".formatted(LocalDate.now(ZoneOffset.UTC), Machine.describe(redis.version()), this.options,
				this.effort.rounds(), this.effort.longRounds());
	}

	private static void write(Path out, String heading, Results results) throws IOException {
		Files.writeString(out.resolve("results.md"), new MarkdownReport(results).write(heading));
		Files.writeString(out.resolve("results.csv"), new CsvReport(results).write());
	}

}
