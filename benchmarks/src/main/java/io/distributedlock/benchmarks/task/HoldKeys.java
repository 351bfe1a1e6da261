package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * One thread acquires locks and keeps them.
 *
 * @param prefix beginning of their keys
 * @param count how many locks
 */
public record HoldKeys(String prefix, int count) implements Task<Boolean> {

	@Override
	public Boolean run(Instance instance) throws Exception {
		instance.startHolder().acquire(Keys.of(this.prefix, this.count));
		return true;
	}

}
