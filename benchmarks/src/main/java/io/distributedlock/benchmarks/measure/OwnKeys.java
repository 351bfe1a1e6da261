package io.distributedlock.benchmarks.measure;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.PairLoopResult;
import io.distributedlock.benchmarks.task.ThreadKind;
import org.jspecify.annotations.Nullable;

/**
 * Many threads of one JVM acquire and release locks, each a lock of its own, so nobody
 * waits for anybody. How well a library shares its connections and threads.
 */
final class OwnKeys extends InterleavedMeasure {

	private static final Metric PAIRS = Metric.compared("pairs/s");

	private static final Metric P50 = Metric.of("p50 µs");

	private static final Metric CPU = Metric.compared("client CPU ms/1,000 pairs");

	private static final Metric COMMANDS = Metric.of("commands/pair");

	private final int threads;

	private final ThreadKind kind;

	private OwnKeys(String id, String title, int threads, ThreadKind kind) {
		super(id, title, Contestant.BARE, Contestant.OURS, Contestant.OURS_ASYNC, Contestant.REDISSON,
				Contestant.SPRING_SPIN, Contestant.SHEDLOCK);
		this.threads = threads;
		this.kind = kind;
	}

	static OwnKeys platformThreads(int threads) {
		return new OwnKeys("own-keys-%d-threads".formatted(threads), "%,d threads, own keys".formatted(threads),
				threads, ThreadKind.PLATFORM);
	}

	static OwnKeys virtualThreads(int threads) {
		return new OwnKeys("own-keys-%d-virtual-threads".formatted(threads),
				"%,d virtual threads, own keys".formatted(threads), threads, ThreadKind.VIRTUAL);
	}

	@Override
	@Nullable String obstacle() {
		return this.kind.isAvailable() ? null
				: "Skipped: Java %d has no virtual threads".formatted(Runtime.version().feature());
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Trial.Counted<PairLoopResult> pairs = trial.pairs(this.threads, this.kind);
		PairLoopResult result = pairs.result();
		result.team().ensureNoFailures();
		return new Sample().with(PAIRS, result.team().perSecond())
			.with(P50, result.p50Nanos() / 1e3)
			.with(CPU, result.team().cpuMillisPerThousand())
			.with(COMMANDS, pairs.commands() / result.team().total());
	}

}
