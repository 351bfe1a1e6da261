package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Reads {@link System#nanoTime()} in a worker.
 */
public record ReadClock() implements Task<Long> {

	@Override
	public Long run(Instance instance) {
		return System.nanoTime();
	}

}
