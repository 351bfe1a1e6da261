package io.distributedlock.benchmarks.measure;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.ReentrantLoop;
import io.distributedlock.benchmarks.task.TeamResult;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * One thread that holds a lock acquires and releases it once more.
 */
final class ReentrantPair extends InterleavedMeasure {

	private static final Metric PAIRS = Metric.compared("pairs/s");

	private static final Metric COMMANDS = Metric.of("commands/pair");

	ReentrantPair() {
		super("reentrant-pair", "1 thread, acquire and release a lock it holds", Contestant.OURS, Contestant.REDISSON,
				Contestant.SPRING_SPIN);
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Worker worker = trial.open(0, trial.settings());
		Trial.Counted<TeamResult> pairs = trial.count((time) -> worker.call(new ReentrantLoop(time)));
		pairs.result().ensureNoFailures();
		return new Sample().with(PAIRS, pairs.result().perSecond())
			.with(COMMANDS, pairs.commands() / pairs.result().total());
	}

}
