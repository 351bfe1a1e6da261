package io.distributedlock.engine;

import java.time.Duration;

import io.distributedlock.LockHolder;
import org.jspecify.annotations.Nullable;

/**
 * Who was seen to hold a lock.
 *
 * @param owner its owner token
 * @param heldFor for how long it had held the lock when it was seen, or null if that is
 * not known
 * @param seenAt when it was seen
 */
record Holder(String owner, @Nullable Duration heldFor, long seenAt) {

	/**
	 * Describe the holder to a caller, or return null if the owner token is not one of
	 * ours: it may be a secret of another program.
	 */
	@Nullable LockHolder describe(long now) {
		Duration age = (this.heldFor != null) ? this.heldFor.plusNanos(now - this.seenAt) : null;
		return OwnerTokens.describe(this.owner, age);
	}

}
