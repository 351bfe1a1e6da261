package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Reads how much CPU time the JVM has used, in nanoseconds.
 */
public record ReadCpu() implements Task<Long> {

	@Override
	public Long run(Instance instance) {
		return ProcessCpu.nanos();
	}

}
