package io.distributedlock.store;

import java.util.List;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

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
	 * The most waiters that are told of when somebody looks at a lock.
	 */
	int MAX_WAITERS = 100;

	/**
	 * The most locks that may be asked for at a time.
	 */
	int MAX_PAGE_SIZE = 1000;

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
	 * Look at the locks that are held, a page at a time. A lock that is held from the
	 * first page to the last is on one of them at least; others may be.
	 * @param cursor where the page begins, as the page before says, or null for the first
	 * @param size about how many locks to return, from 1 to {@link #MAX_PAGE_SIZE}. There
	 * may be fewer, or none, although more are to come: a page also ends when it has cost
	 * enough
	 * @return the page
	 * @throws IllegalArgumentException if the cursor is none
	 */
	CompletionStage<LockPage> scan(@Nullable String cursor, int size);

	/**
	 * Take the lock from whoever holds it, hand it over as {@link #release} does, and
	 * tell the instance of the holder, which may be any of this application or another,
	 * if it {@link #listen() listens}.
	 * @param key the key of the lock
	 * @return the state of the lock before, with no holder if it was free
	 */
	CompletionStage<LockState> forceRelease(String key);

	/**
	 * Look at the servers of this store.
	 * @return what they say; a server that gives no answer, or none to this user, is a
	 * part of that and no failure
	 */
	CompletionStage<StoreStatus> status();

	/**
	 * Begin to listen for what others tell this instance, unless that was done. May take
	 * a while and may fail: {@link GrantListener#missed()} says when it is done. A store
	 * also does that by itself when an owner is to be enqueued.
	 */
	void listen();

	/**
	 * Make sure that what others tell this instance still arrives: an owner has got a
	 * lock because it has asked again, and not because it was told. Does not wait, and
	 * does nothing by default.
	 */
	default void verifyListening() {
	}

	/**
	 * Return what kind of store this is, for metrics and messages.
	 * @return a word such as {@code redis}
	 */
	String mode();

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
