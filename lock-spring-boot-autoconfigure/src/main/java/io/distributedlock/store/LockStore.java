package io.distributedlock.store;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Stores who holds which lock and who waits for it, atomically and with expiry. Knows no
 * threads and no renewal: that is the engine's.
 * <p>
 * Every operation returns at once and never blocks. Its stage fails (or it throws) with a
 * {@link io.distributedlock.LockStoreUnavailableException} if it is not known whether the
 * operation took place, and with another {@link io.distributedlock.LockStoreException} if
 * the store refused it. Operations of one JVM on one key take effect in the order in
 * which they were called. Stages may complete on a thread of the store, which must not be
 * blocked.
 *
 * @since 1.0
 */
public interface LockStore {

	/**
	 * How many consecutive fencing tokens come with a grant, so that a JVM can pass a
	 * lease on among its threads with a higher token for each.
	 */
	int TOKENS_PER_GRANT = 64;

	/**
	 * Give the lock to the owner if it is free and nobody waits for it. Repeating a
	 * request is harmless: an owner that holds the lock already is granted it again, with
	 * the same fencing tokens and its time to live started anew, and one that waits keeps
	 * its place.
	 * @param request the key, the owner and the time to live
	 * @param enqueue whether to hand the lock over to the owner later if it is busy now,
	 * or to tell it when to ask again. A store that cannot do that says so in its answer
	 * @return {@link AcquireReply.Granted} or {@link AcquireReply.Busy}
	 */
	CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue);

	/**
	 * Ask for several locks at once, each as {@link #acquire} does for an owner that is
	 * to be enqueued.
	 * @param requests the requests
	 * @return the answers, in order; an {@link AcquireReply.Failed} for a request that
	 * failed while others did not
	 */
	CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests);

	/**
	 * Prolong leases, each only if its owner still holds the lock, and none to less than
	 * it has.
	 * @param requests the leases, each with the time to live it is to have from now
	 * @return for each request, in order, whether its owner holds the lock
	 */
	CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests);

	/**
	 * Take the lock from the owner, and only from this owner, and hand it over to the
	 * first waiter that is alive, or tell that waiter to ask. An owner that waits loses
	 * its place. Repeating it is harmless.
	 * @param request the request that was granted or queued
	 * @return whether the owner held the lock
	 */
	CompletionStage<Boolean> release(LeaseRequest request);

	/**
	 * Look at a lock without changing it.
	 * @param key the key of the lock
	 * @return the state of the lock
	 */
	CompletionStage<LockState> inspect(String key);

	/**
	 * Get ready. Called before the first operation, and again after a {@link #stop()}.
	 * @param instance the name of this instance, with which its owner tokens begin
	 * @param listener is told of the locks that are handed over to the instance
	 * @return a stage that ends when the store is ready, or fails if it is not yet and
	 * goes on trying
	 */
	CompletionStage<Void> start(String instance, GrantListener listener);

	/**
	 * Free all resources. Does nothing if the store is not started.
	 */
	void stop();

}
