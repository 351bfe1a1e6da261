package io.distributedlock.benchmarks.task;

import java.time.Duration;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;
import io.distributedlock.benchmarks.worker.Waiters;

/**
 * Waits until all threads of {@link StartWaiting} have had their lock or have failed.
 *
 * @param timeout the longest time to wait
 */
public record AwaitWaiters(Duration timeout) implements Task<Waiters.Outcome> {

	@Override
	public Waiters.Outcome run(Instance instance) throws InterruptedException {
		return instance.waiters().awaitAll(this.timeout);
	}

}
