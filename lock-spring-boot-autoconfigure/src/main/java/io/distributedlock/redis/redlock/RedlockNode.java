package io.distributedlock.redis.redlock;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a node at a moment.
 *
 * @param address where the node is
 * @param state what it is good for
 * @param roundTrip how long the latest question took, or null if there was no answer yet
 * @param clockSkew by how much its clock is ahead of that of this instance, negative if
 * it is behind, or null if it is not known
 * @param quarantine how long it will not vote, zero if it may
 * @param problem why it cannot be used, or null if it can
 * @since 1.0
 */
public record RedlockNode(String address, State state, @Nullable Duration roundTrip, @Nullable Duration clockSkew,
		Duration quarantine, @Nullable String problem) {

	/**
	 * What a node is good for.
	 */
	public enum State {

		/**
		 * It votes, and answers in time.
		 */
		UP,

		/**
		 * It votes, but its latest answer came too late to count.
		 */
		SLOW,

		/**
		 * It cannot be reached, has not answered for a second, or answers with an error
		 * when it is asked for its vote.
		 */
		DOWN,

		/**
		 * It answers, but may have lost its data in a restart, and does not vote before
		 * all leases from before have run out.
		 */
		QUARANTINED;

		/**
		 * Return whether a node in this state has a vote.
		 * @return whether it is up, if only slowly
		 */
		public boolean isVoting() {
			return this == UP || this == SLOW;
		}

	}

}
