package io.distributedlock.benchmarks.measure;

import java.util.List;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.redis.Quorum;
import io.distributedlock.benchmarks.redis.RedisServer;
import io.distributedlock.benchmarks.task.TimedPairs;
import io.distributedlock.benchmarks.task.TimedPairsResult;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * Some nodes of a quorum fail between two acquisitions of one thread: the first one after
 * that, and all that follow while the nodes are away.
 */
final class QuorumFault extends InterleavedMeasure {

	private static final Metric ALL_UP = Metric.of("acquire p50 µs, all up");

	private static final Metric FIRST = Metric.compared("first ms");

	private static final Metric P50 = Metric.compared("acquire p50 µs");

	private static final Metric P99 = Metric.compared("acquire p99 µs");

	private static final Metric PAIRS = Metric.of("pairs");

	private final Fault fault;

	private final int count;

	private QuorumFault(String what, Fault fault, int count, Contestant... contestants) {
		super("redlock-%s".formatted(what.replace(' ', '-')), "Redlock on 5 nodes: %s".formatted(what), contestants);
		this.fault = fault;
		this.count = count;
	}

	static List<Measure> all() {
		return List.of(
				new QuorumFault("one hung", Quorum::hang, 1, Contestant.QUORUM_BARE, Contestant.QUORUM_OURS,
						Contestant.QUORUM_REDISSON, Contestant.QUORUM_REDISSON_TUNED),
				new QuorumFault("two hung", Quorum::hang, 2, Contestant.QUORUM_BARE, Contestant.QUORUM_OURS),
				new QuorumFault("one killed", Quorum::kill, 1, Contestant.QUORUM_BARE, Contestant.QUORUM_OURS,
						Contestant.QUORUM_REDISSON, Contestant.QUORUM_REDISSON_TUNED),
				new QuorumFault("two killed", Quorum::kill, 2, Contestant.QUORUM_BARE, Contestant.QUORUM_OURS));
	}

	@Override
	List<RedisServer> servers(Stage stage) {
		return stage.quorum().nodes();
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Quorum quorum = trial.quorum();
		Worker worker = trial.open(0, trial.settings());
		try {
			worker.call(new TimedPairs(trial.warmUp()));
			TimedPairsResult before = worker.call(new TimedPairs(trial.effort().watch()));
			this.fault.strike(quorum, this.count);
			// Some need seconds for a pair and do only one
			TimedPairsResult after = worker.call(new TimedPairs(trial.effort().time()));
			return new Sample().with(ALL_UP, before.p50Nanos() / 1e3)
				.with(FIRST, after.firstNanos() / 1e6)
				.with(P50, after.p50Nanos() / 1e3)
				.with(P99, after.p99Nanos() / 1e3)
				.with(PAIRS, (double) after.pairs());
		}
		finally {
			quorum.heal();
		}
	}

	/**
	 * Something that happens to nodes.
	 */
	@FunctionalInterface
	private interface Fault {

		void strike(Quorum quorum, int count) throws Exception;

	}

}
