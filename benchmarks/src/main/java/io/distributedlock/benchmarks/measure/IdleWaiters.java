package io.distributedlock.benchmarks.measure;

import java.time.Duration;
import java.util.concurrent.Future;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.task.AwaitWaiters;
import io.distributedlock.benchmarks.task.HoldKeys;
import io.distributedlock.benchmarks.task.ReadCpu;
import io.distributedlock.benchmarks.task.ReleaseKeys;
import io.distributedlock.benchmarks.task.StartWaiting;
import io.distributedlock.benchmarks.worker.KeyHolder;
import io.distributedlock.benchmarks.worker.Waiters;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * Many threads of one JVM wait, each for a lock of its own, all of which are held by
 * another JVM; then they are released. What waiting costs, and whether it works.
 */
final class IdleWaiters extends InterleavedMeasure {

	private static final Metric FAILED = Metric.of("waiters failed");

	private static final Metric COMMANDS = Metric.of("commands/s while idle");

	private static final Metric CPU = Metric.of("client CPU % while idle");

	private static final Metric CONNECTIONS = Metric.of("connections");

	private static final Metric CHANNELS = Metric.of("channels");

	private static final Metric DRAIN = Metric.of("ms until all had it");

	private static final String PREFIX = "waited-for-";

	/**
	 * So long that the holder renews nothing while commands are counted.
	 */
	private static final Duration HOLDER_TTL = Duration.ofMinutes(10);

	private static final Duration UNTIL_WAITING = Duration.ofSeconds(5);

	private static final Duration TIMEOUT = Duration.ofSeconds(40);

	private final int count;

	IdleWaiters(int count) {
		super("idle-waiters", "%,d waiters in one JVM, each for a key of its own".formatted(count), Contestant.OURS,
				Contestant.REDISSON, Contestant.SPRING_PUB_SUB);
		this.count = count;
	}

	@Override
	int rounds(Effort effort) {
		return effort.longRounds();
	}

	@Override
	Sample take(Trial trial) throws Exception {
		Worker holder = trial.open(0, trial.settings().withTtl(HOLDER_TTL).withManyHeld());
		holder.call(new HoldKeys(PREFIX, this.count));
		long connections = trial.redis().connections();
		long channels = trial.redis().channels();
		Worker waiter = trial.open(1, trial.settings());
		waiter.call(new StartWaiting(PREFIX, this.count));
		Trial.pause(UNTIL_WAITING);
		long cpu = waiter.call(new ReadCpu());
		Sample sample = new Sample();
		double commands = trial.commandsPerSecond(trial.effort().idle());
		cpu = waiter.call(new ReadCpu()) - cpu;
		connections = trial.redis().connections() - connections;
		channels = trial.redis().channels() - channels;
		long start = System.nanoTime();
		Future<KeyHolder.Released> released = holder.submit(new ReleaseKeys(Duration.ZERO));
		Waiters.Outcome outcome = waiter.call(new AwaitWaiters(TIMEOUT));
		double drain = (System.nanoTime() - start) / 1e6;
		Worker.await(released);
		return sample.with(FAILED, this.count - outcome.acquired())
			.with(COMMANDS, commands)
			.with(CPU, 100.0 * cpu / trial.effort().idle().toNanos())
			.with(CONNECTIONS, (double) connections)
			.with(CHANNELS, (double) channels)
			.with(DRAIN, drain);
	}

}
