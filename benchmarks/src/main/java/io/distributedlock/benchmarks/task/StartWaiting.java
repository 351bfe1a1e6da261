package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Starts threads that wait for the keys of {@link HoldKeys}, one for each key, and
 * returns at once.
 *
 * @param prefix beginning of the keys
 * @param count how many keys
 */
public record StartWaiting(String prefix, int count) implements Task<Boolean> {

	@Override
	public Boolean run(Instance instance) {
		instance.startWaiters().start(Keys.of(this.prefix, this.count), ThreadKind.lightest().factory());
		return true;
	}

}
