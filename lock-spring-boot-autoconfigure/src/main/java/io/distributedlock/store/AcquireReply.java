package io.distributedlock.store;

import java.time.Duration;

import io.distributedlock.LockStoreException;
import org.jspecify.annotations.Nullable;

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
	 * @param heldFor for how long the holder has had the lock, or null if that is not
	 * known
	 */
	record Busy(String holder, Duration remaining, long latestToken, boolean queued,
			@Nullable Duration heldFor) implements AcquireReply {

		/**
		 * Create a reply of a store that does not know for how long the lock has been
		 * held.
		 * @param holder the token of the holder
		 * @param remaining how long the lock lasts if nobody renews or releases it
		 * @param latestToken at least as high as the tokens of all grants made so far
		 * @param queued whether the owner will be told of its turn
		 */
		public Busy(String holder, Duration remaining, long latestToken, boolean queued) {
			this(holder, remaining, latestToken, queued, null);
		}

	}

	/**
	 * One of several requests failed, as {@link LockStore#acquire} does by an exception.
	 *
	 * @param failure why
	 */
	record Failed(LockStoreException failure) implements AcquireReply {

	}

}
