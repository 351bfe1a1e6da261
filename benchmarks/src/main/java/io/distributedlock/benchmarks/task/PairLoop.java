package io.distributedlock.benchmarks.task;

import java.time.Duration;

import io.distributedlock.benchmarks.contestant.LockClient;
import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Each thread acquires and releases a lock of its own, over and over.
 *
 * @param threads how many threads
 * @param kind what kind of threads
 * @param time how long
 */
public record PairLoop(int threads, ThreadKind kind, Duration time) implements Task<PairLoopResult> {

	private static final long LONGEST = Duration.ofMinutes(2).toNanos();

	@Override
	public PairLoopResult run(Instance instance) throws InterruptedException {
		LockClient client = instance.client();
		ConcurrentHistogram latencies = new ConcurrentHistogram(LONGEST, 3);
		TeamResult team = Team.run(this.threads, this.kind, System.nanoTime(), this.time, (index) -> {
			String key = "own-" + index;
			return () -> {
				long start = System.nanoTime();
				client.acquire(key).release();
				latencies.recordValue(Math.min(System.nanoTime() - start, LONGEST));
			};
		});
		return new PairLoopResult(team, latencies.getValueAtPercentile(50), latencies.getValueAtPercentile(99));
	}

}
