package io.distributedlock.benchmarks.measure;

import java.util.List;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.redis.RedisServer;
import io.distributedlock.benchmarks.task.PairLoopResult;
import io.distributedlock.benchmarks.task.ThreadKind;

/**
 * Many threads acquire and release locks on a quorum of nodes, each a lock of its own.
 */
final class QuorumOwnKeys extends InterleavedMeasure {

	private static final Metric PAIRS = Metric.compared("pairs/s");

	private static final Metric P50 = Metric.of("p50 µs");

	private static final Metric CPU = Metric.compared("client CPU ms/1,000 pairs");

	private final int threads;

	QuorumOwnKeys(int threads) {
		super("redlock-own-keys-%d-threads".formatted(threads),
				"Redlock on 5 nodes: %d threads, own keys".formatted(threads), Contestant.QUORUM_BARE,
				Contestant.QUORUM_OURS, Contestant.QUORUM_REDISSON);
		this.threads = threads;
	}

	@Override
	List<RedisServer> servers(Stage stage) {
		return stage.quorum().nodes();
	}

	@Override
	Sample take(Trial trial) throws Exception {
		PairLoopResult result = trial.pairs(this.threads, ThreadKind.PLATFORM).result();
		result.team().ensureNoFailures();
		return new Sample().with(PAIRS, result.team().perSecond())
			.with(P50, result.p50Nanos() / 1e3)
			.with(CPU, result.team().cpuMillisPerThousand());
	}

}
