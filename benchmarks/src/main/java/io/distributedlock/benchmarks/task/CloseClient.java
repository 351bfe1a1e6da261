package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Disconnects.
 */
public record CloseClient() implements Task<Boolean> {

	@Override
	public Boolean run(Instance instance) {
		instance.close();
		return true;
	}

}
