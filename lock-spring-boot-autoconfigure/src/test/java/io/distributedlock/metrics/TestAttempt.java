package io.distributedlock.metrics;

import io.distributedlock.engine.LockAttempt;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to acquire a lock that nobody makes.
 */
record TestAttempt(String key, String name, boolean isContended) implements LockAttempt {

	@Override
	public @Nullable String holder() {
		return null;
	}

}
