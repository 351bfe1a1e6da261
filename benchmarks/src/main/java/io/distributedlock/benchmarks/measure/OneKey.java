package io.distributedlock.benchmarks.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.OneKeyLoop;
import io.distributedlock.benchmarks.task.OneKeyResult;
import io.distributedlock.benchmarks.task.TeamResult;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * All threads of one or several JVMs want the same lock, and have nothing to do while
 * they hold it. How fast a lock changes hands, how evenly, and at what cost.
 */
final class OneKey extends InterleavedMeasure {

	private static final Metric ACQUISITIONS = Metric.compared("acquisitions/s");

	private static final Metric COMMANDS = Metric.of("commands/acquisition");

	private static final Metric THREADS = Metric.of("thread max/min");

	private static final Metric JVMS = Metric.of("JVM max/min");

	private static final Metric CROSSING = Metric.of("% crossing JVMs");

	private static final Duration HEAD_START = Duration.ofMillis(20);

	private final int jvms;

	private final int threads;

	private OneKey(String id, String title, int jvms, int threads, Contestant... contestants) {
		super(id, title, contestants);
		this.jvms = jvms;
		this.threads = threads;
	}

	static OneKey oneJvm(int threads) {
		return new OneKey("one-key-%d-threads".formatted(threads), "One key, %d threads of one JVM".formatted(threads),
				1, threads, Contestant.BLPOP, Contestant.OURS, Contestant.REDISSON, Contestant.SPRING_SPIN,
				Contestant.SPRING_PUB_SUB);
	}

	static OneKey severalJvms(int jvms, int threads) {
		return new OneKey("one-key-%d-jvms".formatted(jvms), "One key, %d JVMs × %d threads".formatted(jvms, threads),
				jvms, threads, Contestant.BLPOP, Contestant.OURS, Contestant.REDISSON, Contestant.SPRING_SPIN,
				Contestant.SPRING_PUB_SUB);
	}

	static OneKey fair(int jvms, int threads) {
		return new OneKey("one-key-fair", "One key, %d JVMs × %d threads, fair".formatted(jvms, threads), jvms, threads,
				Contestant.BLPOP, Contestant.OURS_FAIR, Contestant.REDISSON_FAIR);
	}

	@Override
	Sample take(Trial trial) throws Exception {
		List<Worker> workers = trial.open(this.jvms);
		Trial.Counted<List<OneKeyResult>> counted = trial.count((time) -> run(workers, time));
		List<OneKeyResult> results = counted.result();
		List<TeamResult> teams = results.stream().map(OneKeyResult::team).toList();
		teams.forEach(TeamResult::ensureNoFailures);
		Sections sections = Sections.of(results.stream().map(OneKeyResult::sections).toList());
		sections.ensureExclusive();
		Sample sample = new Sample().with(ACQUISITIONS, teams.stream().mapToDouble(TeamResult::perSecond).sum())
			.with(COMMANDS, counted.commands() / teams.stream().mapToLong(TeamResult::total).sum())
			.with(THREADS, imbalance(teams.stream().map(TeamResult::counts).flatMapToLong(Arrays::stream)));
		if (this.jvms > 1) {
			sample.with(JVMS, imbalance(teams.stream().mapToLong(TeamResult::total)))
				.with(CROSSING, 100 * sections.crossings());
		}
		return sample;
	}

	private List<OneKeyResult> run(List<Worker> workers, Duration time) throws InterruptedException {
		long startAt = System.nanoTime() + HEAD_START.toNanos();
		List<Future<OneKeyResult>> pending = new ArrayList<>();
		for (Worker worker : workers) {
			pending.add(worker.submit(new OneKeyLoop(this.threads, startAt, time)));
		}
		List<OneKeyResult> results = new ArrayList<>();
		for (Future<OneKeyResult> future : pending) {
			results.add(Worker.await(future));
		}
		return results;
	}

	private static double imbalance(LongStream counts) {
		long[] sorted = counts.sorted().toArray();
		return (double) sorted[sorted.length - 1] / sorted[0];
	}

}
