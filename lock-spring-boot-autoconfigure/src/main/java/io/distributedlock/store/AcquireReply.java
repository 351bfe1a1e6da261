package io.distributedlock.store;

import java.time.Duration;

import io.distributedlock.LockStoreException;

/**
 * The answer to a request for a lock.
 *
 * @since 1.0
 */
public sealed interface AcquireReply {

	/**
	 * The owner holds the lock.
	 *
	 * @param fencingToken the first of {@link LockStore#TOKENS_PER_GRANT} tokens that are
	 * all higher than those of every earlier grant of the key
	 */
	record Granted(long fencingToken) implements AcquireReply {

	}

	/**
	 * Somebody else holds the lock.
	 *
	 * @param holder the token of the holder
	 * @param remaining how long the lock lasts if nobody renews or releases it
	 * @param latestToken at least as high as the tokens of all grants made so far: a
	 * grant with such a token is over
	 * @param queued whether the lock will be handed over to the owner, or the owner told
	 * to ask again, in its turn
	 */
	record Busy(String holder, Duration remaining, long latestToken, boolean queued) implements AcquireReply {

	}

	/**
	 * One of several requests failed, as {@link LockStore#acquire} does by an exception.
	 *
	 * @param failure why
	 */
	record Failed(LockStoreException failure) implements AcquireReply {

	}

}
