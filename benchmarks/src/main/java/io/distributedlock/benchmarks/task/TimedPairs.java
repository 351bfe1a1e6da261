package io.distributedlock.benchmarks.task;

import java.time.Duration;

import io.distributedlock.benchmarks.contestant.Hold;
import io.distributedlock.benchmarks.contestant.LockClient;
import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;
import org.HdrHistogram.Histogram;

/**
 * One thread acquires and releases a lock over and over, at least once, and looks at how
 * long the acquisitions take.
 *
 * @param time how long
 */
public record TimedPairs(Duration time) implements Task<TimedPairsResult> {

	private static final String KEY = "timed";

	@Override
	public TimedPairsResult run(Instance instance) throws Exception {
		LockClient client = instance.client();
		Histogram times = new Histogram(3);
		long begin = System.nanoTime();
		long first = acquire(client);
		times.recordValue(first);
		while (System.nanoTime() - begin < this.time.toNanos()) {
			times.recordValue(acquire(client));
		}
		return new TimedPairsResult(first, times.getValueAtPercentile(50), times.getValueAtPercentile(99),
				times.getTotalCount());
	}

	private static long acquire(LockClient client) throws Exception {
		long start = System.nanoTime();
		Hold hold = client.acquire(KEY);
		long nanos = System.nanoTime() - start;
		hold.release();
		return nanos;
	}

}
