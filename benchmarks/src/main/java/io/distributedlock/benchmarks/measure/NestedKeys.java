package io.distributedlock.benchmarks.measure;

import java.time.Duration;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.CountLockedKeys;
import io.distributedlock.benchmarks.task.HoldKeys;
import io.distributedlock.benchmarks.task.ReleaseKeys;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * One thread acquires many locks, one inside another, and releases them all. Locks that
 * another JVM cannot get then were left behind.
 */
final class NestedKeys extends InterleavedMeasure {

	private static final Metric LEFT_LOCKED = Metric.of("keys left locked");

	private static final String PREFIX = "nested-";

	/**
	 * More than any library has stripes.
	 */
	private static final int COUNT = 500;

	NestedKeys() {
		super("nested-keys", "%d locks acquired one inside another, and released".formatted(COUNT), Contestant.OURS,
				Contestant.REDISSON, Contestant.SPRING_SPIN, Contestant.SPRING_PUB_SUB);
	}

	@Override
	int rounds(Effort effort) {
		return 1;
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Worker nesting = trial.open(0, trial.settings());
		Worker other = trial.open(1, trial.settings());
		nesting.call(new HoldKeys(PREFIX, COUNT));
		nesting.call(new ReleaseKeys(Duration.ZERO));
		return new Sample().with(LEFT_LOCKED, other.call(new CountLockedKeys(PREFIX, COUNT)));
	}

}
