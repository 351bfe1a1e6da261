package io.distributedlock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One grant of a lock: it is held until it is released, or lost when its time runs out.
 * <p>
 * A lease is a promise for a limited time. A holder that is suspended for longer than its
 * lease (a long garbage collection, a stopped machine) may run on while somebody else
 * holds the lock. Where that matters, pass the {@link #fencingToken() fencing token} to
 * the protected resource and let it refuse lower ones.
 * <p>
 * Thread-safe. {@link #close()} releases once; closing again does nothing.
 *
 * @since 1.0
 */
public interface LockLease extends AutoCloseable {

	/**
	 * Return the key of the lock.
	 * @return the key, without the prefix it has in the store
	 */
	String key();

	/**
	 * Return the name of the lock site.
	 * @return the name
	 */
	String name();

	/**
	 * Return the fencing token: a number that is higher with each grant of this key.
	 * @return the fencing token
	 */
	long fencingToken();

	/**
	 * Return for how long the holder may still trust the lease: what is left of it by the
	 * monotonic clock of this JVM, less a margin for clock drift.
	 * @return the remaining validity, zero if the lease is lost or released
	 */
	Duration remainingValidity();

	/**
	 * Return whether this lease is neither released nor lost. Asks no store: a lease is
	 * lost at the latest when its validity is over.
	 * @return whether the lock is held
	 */
	boolean isHeld();

	/**
	 * Return normally only if the lease {@link #isHeld() is held}.
	 * @throws LockLostException if it is lost or released
	 */
	void ensureHeld();

	/**
	 * Do something as soon as the lease is lost while this hold of it lasts: at the
	 * latest when its validity is over, without waiting for any answer of the store.
	 * <p>
	 * Callbacks run on a thread of the library; what they throw is logged. Each runs at
	 * most once, none begins after the lock was released. If the lease is lost already,
	 * it runs at once.
	 * @param callback what to do, given this lease
	 */
	void onLost(Consumer<? super LockLease> callback);

	/**
	 * Prolong the lease, atomically and only if it is still ours, so that it lasts at
	 * least the given time from now. Never shortens it.
	 * @param ttl how long the lease is to last, at least 100 ms
	 * @return whether the lease lasts that long now; {@code false} means that it is lost,
	 * or that the {@link LockSpec#maxHold() longest time to hold it} would be over before
	 * @throws LockStoreUnavailableException if the store gave no answer; the lease then
	 * remains what it was
	 * @throws LockStoreException if the store refused the command
	 */
	boolean extend(Duration ttl);

	/**
	 * Take this hold away from the thread that acquired it, to be released by whatever
	 * thread and at whatever time. The thread does not enter the lock again by it, and
	 * may end. Does nothing if this hold belongs to no thread.
	 */
	void detach();

	/**
	 * Release this hold. Does not throw if the store fails: the release then goes on in
	 * the background. Does not wait for the store on a thread that must not be blocked,
	 * as Project Reactor marks them.
	 * @return how it ended; a second call returns the outcome of the first
	 */
	ReleaseOutcome release();

	/**
	 * Release this hold as {@link #release()} does, but without blocking.
	 * @return a stage with how it ended, which never fails; a second call returns the
	 * outcome of the first, as far as it is known
	 */
	CompletionStage<ReleaseOutcome> releaseAsync();

	/**
	 * Release this hold, as {@link #release()} does.
	 */
	@Override
	default void close() {
		release();
	}

	/**
	 * Return the lease that the current thread acquired last and has not released, such
	 * as that of the {@link DistributedLock @DistributedLock} method it runs. It may be
	 * lost.
	 * @return the innermost lease, or empty if the thread has none
	 */
	static Optional<LockLease> current() {
		return Optional.ofNullable(ThreadBoundLease.innermost());
	}

}
