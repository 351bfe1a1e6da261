package io.distributedlock.benchmarks.measure;

import java.util.List;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.redis.RedisServer;
import io.distributedlock.benchmarks.task.PairLoopResult;
import io.distributedlock.benchmarks.task.ThreadKind;

/**
 * One thread acquires and releases a lock on a quorum of nodes that nobody else wants.
 */
final class QuorumPair extends InterleavedMeasure {

	private static final Metric P50 = Metric.compared("p50 µs");

	private static final Metric P99 = Metric.of("p99 µs");

	private static final Metric CPU = Metric.compared("client CPU ms/1,000 pairs");

	private static final Metric COMMANDS = Metric.of("commands/pair on a node");

	QuorumPair() {
		super("redlock-pair", "Redlock on 5 nodes: 1 thread, acquire and release", Contestant.QUORUM_BARE,
				Contestant.QUORUM_OURS, Contestant.QUORUM_REDISSON);
	}

	@Override
	List<RedisServer> servers(Stage stage) {
		return stage.quorum().nodes();
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Trial.Counted<PairLoopResult> pairs = trial.pairs(1, ThreadKind.PLATFORM);
		PairLoopResult result = pairs.result();
		result.team().ensureNoFailures();
		return new Sample().with(P50, result.p50Nanos() / 1e3)
			.with(P99, result.p99Nanos() / 1e3)
			.with(CPU, result.team().cpuMillisPerThousand())
			.with(COMMANDS, pairs.commands() / result.team().total());
	}

}
