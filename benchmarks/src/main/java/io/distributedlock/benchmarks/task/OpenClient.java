package io.distributedlock.benchmarks.task;

import io.distributedlock.benchmarks.contestant.ClientSettings;
import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Connects.
 *
 * @param contestant who
 * @param settings how
 */
public record OpenClient(Contestant contestant, ClientSettings settings) implements Task<Boolean> {

	@Override
	public Boolean run(Instance instance) {
		instance.open(this.contestant, this.settings);
		return true;
	}

}
