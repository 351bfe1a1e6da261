package io.distributedlock.benchmarks.measure;

import java.time.Duration;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.HoldKeys;
import io.distributedlock.benchmarks.task.PairLoop;
import io.distributedlock.benchmarks.task.ReleaseKeys;
import io.distributedlock.benchmarks.task.ThreadKind;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * One lock is held after many others were acquired and released. It needs one renewal in
 * each third of its time to live; what is more comes from timers that were left behind.
 */
final class RenewalAfterChurn extends InterleavedMeasure {

	private static final Metric COMMANDS = Metric.of("commands/s for one lock");

	private static final Metric NEEDED = Metric.of("needed");

	RenewalAfterChurn() {
		super("renewal-after-churn", "One lock held after much locking and unlocking", Contestant.OURS,
				Contestant.REDISSON, Contestant.SPRING_SPIN);
	}

	@Override
	int rounds(Effort effort) {
		return 1;
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Effort effort = trial.effort();
		Worker worker = trial.open(0, trial.settings().withTtl(effort.renewedTtl()).withRenewal());
		worker.call(new PairLoop(1, ThreadKind.PLATFORM, effort.churn()));
		worker.call(new HoldKeys("held-", 1));
		double commands = trial.commandsPerSecond(effort.renewalWindow());
		worker.call(new ReleaseKeys(Duration.ZERO));
		return new Sample().with(COMMANDS, commands).with(NEEDED, 3e9 / effort.renewedTtl().toNanos());
	}

}
