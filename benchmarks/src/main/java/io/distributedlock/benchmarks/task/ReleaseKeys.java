package io.distributedlock.benchmarks.task;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.KeyHolder;
import io.distributedlock.benchmarks.worker.Task;

/**
 * Releases what {@link HoldKeys} acquired after a pause. The pauses before and after keep
 * the driver quiet while a lock changes hands.
 *
 * @param pause how long to pause before
 */
public record ReleaseKeys(Duration pause) implements Task<KeyHolder.Released> {

	private static final long MILLIS_AFTER = 1;

	@Override
	public KeyHolder.Released run(Instance instance) throws Exception {
		TimeUnit.NANOSECONDS.sleep(this.pause.toNanos());
		KeyHolder.Released released = instance.holder().release();
		TimeUnit.MILLISECONDS.sleep(MILLIS_AFTER);
		return released;
	}

}
