package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.contestant.Hold;
import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Acquires a lock that is held elsewhere, and returns when it had it, by
 * {@link System#nanoTime()}.
 *
 * @param key the key
 */
public record AcquireKeyAndTime(String key) implements Task<Long> {

	@Override
	public Long run(Instance instance) throws Exception {
		Hold hold = instance.client().acquire(this.key);
		long acquired = System.nanoTime();
		hold.release();
		return acquired;
	}

}
