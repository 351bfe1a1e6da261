package io.distributedlock.benchmarks.measure;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.AcquireKeyAndTime;
import io.distributedlock.benchmarks.task.HoldKeys;
import io.distributedlock.benchmarks.task.ReleaseKeys;
import io.distributedlock.benchmarks.worker.KeyHolder;
import io.distributedlock.benchmarks.worker.Worker;
import org.HdrHistogram.Histogram;

/**
 * A thread of one JVM waits for the lock that a thread of another JVM holds: the time
 * from when release is called here to when acquire has returned there.
 */
final class HandOver extends InterleavedMeasure {

	private static final Metric P50 = Metric.compared("p50 µs");

	private static final Metric P99 = Metric.of("p99 µs");

	/**
	 * By then the waiter has asked for the lock and is waiting.
	 */
	private static final Duration UNTIL_WAITING = Duration.ofMillis(4);

	private static final Duration WHEN_WARMING_UP = Duration.ofNanos(300_000);

	HandOver() {
		super("hand-over", "Hand-over between JVMs", Contestant.BLPOP, Contestant.OURS, Contestant.REDISSON,
				Contestant.SPRING_PUB_SUB);
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Worker holder = trial.open(0, trial.settings());
		Worker waiter = trial.open(1, trial.settings());
		Clocks.ensureComparable(holder, waiter);
		warmUp(trial.warmUp(), holder, waiter);
		Histogram times = new Histogram(3);
		for (int i = 0; i < trial.effort().handOvers(); i++) {
			times.recordValue(Math.max(0, handOver(holder, waiter, UNTIL_WAITING)));
		}
		return new Sample().with(P50, times.getValueAtPercentile(50) / 1e3)
			.with(P99, times.getValueAtPercentile(99) / 1e3);
	}

	/**
	 * Hand over in quick succession: a few hundred times would leave code interpreted
	 * that an application has long compiled.
	 */
	private static void warmUp(Duration time, Worker holder, Worker waiter) throws InterruptedException {
		long start = System.nanoTime();
		while (System.nanoTime() - start < time.toNanos()) {
			handOver(holder, waiter, WHEN_WARMING_UP);
		}
	}

	private static long handOver(Worker holder, Worker waiter, Duration waiting) throws InterruptedException {
		holder.call(new HoldKeys("handed-over-", 1));
		Future<Long> acquired = waiter.submit(new AcquireKeyAndTime("handed-over-0"));
		// At random, so that hand-overs do not keep time with anything that happens at
		// intervals
		Duration pause = waiting.plusNanos(ThreadLocalRandom.current().nextLong(waiting.toNanos() / 2));
		KeyHolder.Released released = holder.call(new ReleaseKeys(pause));
		return Worker.await(acquired) - released.start();
	}

}
