package io.distributedlock.sample.monitor;

import java.time.Instant;
import java.util.List;

import io.distributedlock.actuate.endpoint.LockDescriptors;
import org.jspecify.annotations.Nullable;

/**
 * The locks of all instances at some time.
 *
 * @param time when that was
 * @param locks the locks that are held, by key
 * @param more whether there are more of them
 * @param totals numbers of all locks of this instance, or null if they are not known
 * @param problem why nothing is known of the locks, or null
 */
record LockTable(Instant time, List<Row> locks, boolean more, LockDescriptors.@Nullable Totals totals,
		@Nullable String problem) {

	static LockTable unknown(String problem) {
		return new LockTable(Instant.now(), List.of(), false, null, problem);
	}

	/**
	 * A lock.
	 *
	 * @param lock the lock as the store has it
	 * @param here whether this instance holds it
	 * @param waitingHere how many callers of this instance wait for it
	 */
	record Row(LockDescriptors.Lock lock, boolean here, long waitingHere) {
	}

}
