package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.contestant.Hold;
import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Tries many locks without waiting, and returns how many are held by somebody.
 *
 * @param prefix beginning of their keys
 * @param count how many locks
 */
public record CountLockedKeys(String prefix, int count) implements Task<Integer> {

	@Override
	public Integer run(Instance instance) throws Exception {
		int locked = 0;
		for (String key : Keys.of(this.prefix, this.count)) {
			Hold hold = instance.client().tryAcquire(key);
			if (hold != null) {
				hold.release();
			}
			else {
				locked++;
			}
		}
		return locked;
	}

}
