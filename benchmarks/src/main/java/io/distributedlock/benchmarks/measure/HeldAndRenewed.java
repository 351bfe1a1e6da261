package io.distributedlock.benchmarks.measure;

import java.time.Duration;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.CountLockedKeys;
import io.distributedlock.benchmarks.task.HoldKeys;
import io.distributedlock.benchmarks.task.ReadCpu;
import io.distributedlock.benchmarks.task.ReadHeap;
import io.distributedlock.benchmarks.task.ReleaseKeys;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * One JVM holds many locks for longer than their time to live. What renewing them costs,
 * and whether another JVM can get any of them in the end, or a release finds one lost.
 */
final class HeldAndRenewed extends InterleavedMeasure {

	private static final Metric COMMANDS = Metric.compared("commands/s");

	private static final Metric CPU = Metric.compared("client CPU %");

	private static final Metric HEAP = Metric.compared("heap B/lock");

	private static final Metric LOST = Metric.of("locks lost");

	private static final String PREFIX = "held-";

	private final int count;

	HeldAndRenewed(int count) {
		super("held-and-renewed-%d".formatted(count), "%,d locks held and renewed by one JVM".formatted(count),
				Contestant.OURS, Contestant.REDISSON, Contestant.SPRING_SPIN);
		this.count = count;
	}

	@Override
	int rounds(Effort effort) {
		return effort.longRounds();
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Effort effort = trial.effort();
		Worker worker = trial.open(0, trial.settings().withTtl(effort.renewedTtl()).withRenewal());
		Worker other = trial.open(1, trial.settings());
		worker.call(new HoldKeys("first-", 1));
		worker.call(new ReleaseKeys(Duration.ZERO));
		long heap = worker.call(new ReadHeap());
		worker.call(new HoldKeys(PREFIX, this.count));
		heap = worker.call(new ReadHeap()) - heap;
		long cpu = worker.call(new ReadCpu());
		double commands = trial.commandsPerSecond(effort.renewalWindow());
		cpu = worker.call(new ReadCpu()) - cpu;
		Trial.pause(effort.renewedTtl().minus(effort.renewalWindow()));
		int free = this.count - other.call(new CountLockedKeys(PREFIX, this.count));
		int lost = Math.max(free, worker.call(new ReleaseKeys(Duration.ZERO)).failures());
		return new Sample().with(COMMANDS, commands)
			.with(CPU, 100.0 * cpu / effort.renewalWindow().toNanos())
			.with(HEAP, (double) heap / this.count)
			.with(LOST, lost);
	}

}
