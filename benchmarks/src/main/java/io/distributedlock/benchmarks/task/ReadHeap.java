package io.distributedlock.benchmarks.task;

import java.lang.management.ManagementFactory;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Reads how many bytes of heap are in use after garbage collections.
 */
public record ReadHeap() implements Task<Long> {

	private static final int COLLECTIONS = 3;

	@Override
	public Long run(Instance instance) {
		for (int i = 0; i < COLLECTIONS; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
