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

	/**
	 * Added at random, so that hand-overs do not keep time with anything that happens at
	 * intervals.
	 */
	private static final long JITTER = Duration.ofMillis(2).toNanos();

	HandOver() {
		super("hand-over", "Hand-over between JVMs", Contestant.BLPOP, Contestant.OURS, Contestant.REDISSON,
				Contestant.SPRING_PUB_SUB);
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Worker holder = trial.open(0, trial.settings());
		Worker waiter = trial.open(1, trial.settings());
		Clocks.ensureComparable(holder, waiter);
		Histogram times = new Histogram(3);
		int warmUp = trial.warmUps() * trial.effort().handOvers() / 5;
		for (int i = 0; i < warmUp + trial.effort().handOvers(); i++) {
			long nanos = handOver(holder, waiter);
			if (i >= warmUp) {
				times.recordValue(Math.max(0, nanos));
			}
		}
		return new Sample().with(P50, times.getValueAtPercentile(50) / 1e3)
			.with(P99, times.getValueAtPercentile(99) / 1e3);
	}

	private static long handOver(Worker holder, Worker waiter) throws InterruptedException {
		holder.call(new HoldKeys("handed-over-", 1));
		Future<Long> acquired = waiter.submit(new AcquireKeyAndTime("handed-over-0"));
		Duration pause = UNTIL_WAITING.plusNanos(ThreadLocalRandom.current().nextLong(JITTER));
		KeyHolder.Released released = holder.call(new ReleaseKeys(pause));
		return Worker.await(acquired) - released.start();
	}

}
