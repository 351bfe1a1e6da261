package io.distributedlock.benchmarks.measure;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Predicate;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.redis.Quorum;
import io.distributedlock.benchmarks.redis.RedisServer;

/**
 * Where measures take place.
 *
 * @param redis the server
 * @param quorum the servers for locks on several nodes
 * @param workers the JVMs of the contestants
 * @param effort how much time to take
 * @param selected who takes part
 * @param results where results go
 * @param progress where to tell how far it is
 */
public record Stage(RedisServer redis, Quorum quorum, Workers workers, Effort effort, Predicate<Contestant> selected,
		Results results, PrintStream progress) {

	private static final long START = System.nanoTime();

	/**
	 * Add what a contestant reached in one round.
	 * @param measure in which measure
	 * @param contestant title of the contestant
	 * @param sample what it reached
	 */
	public void add(Measure measure, String contestant, Sample sample) {
		this.results.add(measure, contestant, sample);
		StringBuilder line = new StringBuilder("%s, %s:".formatted(measure.id(), contestant));
		sample.values().forEach((metric, value) -> line.append("  %s %.4g".formatted(metric.name(), value)));
		tell(line.toString());
	}

	/**
	 * Add what is to be said about a measure.
	 * @param measure the measure
	 * @param note the note
	 */
	public void note(Measure measure, String note) {
		this.results.note(measure, note);
		tell("%s: %s".formatted(measure.id(), note));
	}

	private void tell(String line) {
		this.progress.printf("%4d s  %s%n", Duration.ofNanos(System.nanoTime() - START).toSeconds(), line);
	}

}
