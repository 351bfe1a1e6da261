package io.distributedlock.benchmarks.measure;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.PairLoopResult;
import io.distributedlock.benchmarks.task.ThreadKind;

/**
 * One thread acquires and releases a lock that nobody else wants. What a lock costs at
 * least: latency, CPU and commands.
 */
final class UncontendedPair extends InterleavedMeasure {

	private static final Metric P50 = Metric.compared("p50 µs");

	private static final Metric P99 = Metric.of("p99 µs");

	private static final Metric CPU = Metric.compared("client CPU ms/1,000 pairs");

	private static final Metric COMMANDS = Metric.of("commands/pair");

	private static final Metric CALLS = Metric.of("calls in Redis/pair");

	private static final Metric KEYS_LEFT = Metric.of("keys left");

	UncontendedPair() {
		super("uncontended-pair", "1 thread, acquire and release", Contestant.BARE, Contestant.OURS,
				Contestant.OURS_ASYNC, Contestant.REDISSON, Contestant.REDISSON_FENCED, Contestant.SPRING_SPIN,
				Contestant.SPRING_PUB_SUB, Contestant.SHEDLOCK);
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Trial.Counted<PairLoopResult> pairs = trial.pairs(1, ThreadKind.PLATFORM);
		PairLoopResult result = pairs.result();
		result.team().ensureNoFailures();
		long total = result.team().total();
		return new Sample().with(P50, result.p50Nanos() / 1e3)
			.with(P99, result.p99Nanos() / 1e3)
			.with(CPU, result.team().cpuMillisPerThousand())
			.with(COMMANDS, pairs.commands() / total)
			.with(CALLS, pairs.calls() / total)
			.with(KEYS_LEFT, (double) trial.redis().keys());
	}

}
