package io.distributedlock.metrics;

import io.distributedlock.engine.HandOver;
import io.distributedlock.engine.LockHold;

/**
 * A hold of a lock that nobody has.
 */
record TestHold(String key, String name) implements LockHold {

	@Override
	public long fencingToken() {
		return 1;
	}

	@Override
	public HandOver handOver() {
		return HandOver.NONE;
	}

}
