package io.distributedlock.redis.redlock;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.distributedlock.redis.internal.LockStates;

/**
 * What a node answers when it is asked for a lock.
 */
sealed interface Vote {

	/**
	 * Read the reply of the script.
	 */
	static Vote of(List<Object> reply) {
		long number = (Long) reply.get(0);
		if (reply.size() == 1) {
			return (number > 0) ? new Given(number) : new Outdated(-number);
		}
		return new Taken(new String((byte[]) reply.get(1), StandardCharsets.UTF_8), LockStates.timeToLive(number),
				(Long) reply.get(2));
	}

	/**
	 * The owner has the vote of the node.
	 *
	 * @param token the first of the fencing tokens the node has voted for: those proposed
	 * now, or earlier ones if the owner had the vote already
	 */
	record Given(long token) implements Vote {

	}

	/**
	 * Another owner holds the lock on the node, or has its turn.
	 *
	 * @param holder the other owner
	 * @param remaining for how long, if nobody renews or releases it
	 * @param latestToken the last fencing token the node has voted for
	 */
	record Taken(String holder, Duration remaining, long latestToken) implements Vote {

	}

	/**
	 * The lock is free on the node, but it has voted for higher fencing tokens before.
	 *
	 * @param latestToken the last of them
	 */
	record Outdated(long latestToken) implements Vote {

	}

}
