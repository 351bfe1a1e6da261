package io.distributedlock;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The programmatic way to the locks that {@link DistributedLock @DistributedLock} uses.
 * <p>
 * Locks are reentrant by thread: a thread that acquires a key it already holds gets in at
 * once, without a command to the store, under the lease it has; that lease ends when the
 * outermost hold is released, and keeps the times with which it was acquired. A lease
 * belongs to the thread that acquired it, until it is {@link LockLease#detach()
 * detached}: it is not renewed any more when that thread ends.
 * <p>
 * The asynchronous methods block no thread and give a lease that belongs to no thread:
 * any thread may release it, none enters it again, and it is renewed until it is
 * released. Cancelling their future, or completing it in any other way, gives up the wait
 * and gives back what was granted meanwhile. What follows on the future runs on a thread
 * that may be blocked for a moment, but not for the lock that another such step is to
 * release.
 * <p>
 * All methods check their {@link LockSpec} first and leave nothing behind when they
 * throw.
 *
 * @since 1.0
 */
public interface LockOperations {

	/**
	 * Acquire a lock, waiting at most the wait time of the specification.
	 * @param spec what to lock and how
	 * @return the lease, to be closed by the caller
	 * @throws LockNotAcquiredException if somebody else held the lock until the wait time
	 * was over
	 * @throws LockStoreUnavailableException if the store gave no answer in that time
	 * @throws LockStoreException if the store refused the command
	 * @throws LockInterruptedException if the thread was interrupted; its interrupt flag
	 * is set
	 * @throws LockLostException if this thread holds the key already but has lost it
	 * @throws LockAlreadyHeldException if this thread holds the key already and it is not
	 * {@link LockSpec#isReentrant() reentrant}
	 * @throws IllegalStateException if this is a thread that must not be blocked, as
	 * Project Reactor marks them
	 */
	LockLease acquire(LockSpec spec);

	/**
	 * Acquire a lock like {@link #acquire(LockSpec)}, but return empty if somebody else
	 * held it until the wait time was over.
	 * @param spec what to lock and how
	 * @return the lease, to be closed by the caller, or empty
	 * @throws LockStoreUnavailableException if the store gave no answer in that time
	 * @throws LockStoreException if the store refused the command
	 * @throws LockInterruptedException if the thread was interrupted; its interrupt flag
	 * is set
	 * @throws LockLostException if this thread holds the key already but has lost it
	 * @throws LockAlreadyHeldException if this thread holds the key already and it is not
	 * {@link LockSpec#isReentrant() reentrant}
	 * @throws IllegalStateException if this is a thread that must not be blocked, as
	 * Project Reactor marks them
	 */
	Optional<LockLease> tryAcquire(LockSpec spec);

	/**
	 * Acquire a lock without blocking, waiting at most the wait time of the
	 * specification.
	 * @param spec what to lock and how
	 * @return the future lease, to be released by the caller. It fails with the
	 * exceptions of {@link #acquire(LockSpec)}
	 */
	CompletableFuture<LockLease> acquireAsync(LockSpec spec);

	/**
	 * Acquire a lock like {@link #acquireAsync(LockSpec)}, but end with empty if somebody
	 * else held it until the wait time was over.
	 * @param spec what to lock and how
	 * @return the future lease, to be released by the caller, or empty. It fails with the
	 * exceptions of {@link #tryAcquire(LockSpec)}
	 */
	CompletableFuture<Optional<LockLease>> tryAcquireAsync(LockSpec spec);

	/**
	 * Acquire several locks, all of them or none. Duplicates are dropped, of which the
	 * first counts; the rest is taken in the order of the keys, one after the other. The
	 * wait time of each lock counts from the start of the whole, so that this takes no
	 * longer than the longest of them.
	 * @param specs what to lock and how, at least one
	 * @return the leases, to be closed by the caller
	 * @throws LockNotAcquiredException if somebody else held one of the locks until its
	 * wait time was over
	 * @throws LockStoreUnavailableException if the store gave no answer in that time
	 * @throws LockStoreException if the store refused the command
	 * @throws LockInterruptedException if the thread was interrupted; its interrupt flag
	 * is set
	 * @throws LockLostException if this thread holds one of the keys already but has lost
	 * it
	 * @throws LockAlreadyHeldException if this thread holds one of the keys already and
	 * it is not {@link LockSpec#isReentrant() reentrant}
	 */
	default LockLeases acquireAll(Collection<LockSpec> specs) {
		return LockLeases.acquire(this, specs);
	}

	/**
	 * Acquire several locks like {@link #acquireAll(Collection)}, but return empty if
	 * somebody else held one of them until its wait time was over.
	 * @param specs what to lock and how, at least one
	 * @return the leases, to be closed by the caller, or empty
	 * @throws LockStoreUnavailableException if the store gave no answer in that time
	 * @throws LockStoreException if the store refused the command
	 * @throws LockInterruptedException if the thread was interrupted; its interrupt flag
	 * is set
	 * @throws LockLostException if this thread holds one of the keys already but has lost
	 * it
	 * @throws LockAlreadyHeldException if this thread holds one of the keys already and
	 * it is not {@link LockSpec#isReentrant() reentrant}
	 */
	default Optional<LockLeases> tryAcquireAll(Collection<LockSpec> specs) {
		try {
			return Optional.of(acquireAll(specs));
		}
		catch (LockNotAcquiredException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Acquire several locks like {@link #acquireAll(Collection)}, but without blocking.
	 * @param specs what to lock and how, at least one
	 * @return the future leases, to be released by the caller. It fails with the
	 * exceptions of {@link #acquireAll(Collection)}
	 */
	default CompletableFuture<LockLeases> acquireAllAsync(Collection<LockSpec> specs) {
		return new AsyncLeases(this, specs).start();
	}

	/**
	 * Return normally only if the current thread has lost none of the locks that it
	 * acquired and has not released, whether or not it has any. Asks no store, as
	 * {@link LockLease#isHeld()} does not.
	 * @throws LockLostException if it has lost one
	 */
	void ensureNoneLost();

	/**
	 * Run an action under a lock and release the lock afterwards, whatever the action
	 * does. A release that fails never hides the result or the exception of the action.
	 * @param <T> the type of the result
	 * @param <E> the type of exception the action may throw
	 * @param spec what to lock and how
	 * @param action what to do under the lock
	 * @return the result of the action
	 * @throws E if the action throws it
	 * @throws LockNotAcquiredException if somebody else held the lock until the wait time
	 * was over
	 * @throws LockStoreUnavailableException if the store gave no answer in that time
	 * @throws LockStoreException if the store refused the command
	 * @throws LockInterruptedException if the thread was interrupted while it waited; its
	 * interrupt flag is set
	 */
	default <T extends @Nullable Object, E extends Throwable> T execute(LockSpec spec, LockedAction<T, E> action)
			throws E {
		try (LockLease lease = acquire(spec)) {
			return action.run(lease);
		}
	}

	/**
	 * Run an asynchronous action under a lock without blocking, and release the lock when
	 * the stage that the action returns has completed. A release that fails never hides
	 * the result or the exception of the action.
	 * @param <T> the type of the result
	 * @param spec what to lock and how
	 * @param action starts what is to be done under the lock and returns its stage
	 * @return a future that completes like that stage, after the lock was released. It
	 * fails with the exceptions of {@link #acquireAsync(LockSpec)} if there is no lock.
	 * Cancelling it gives up the wait, or cancels the stage of the action
	 */
	default <T extends @Nullable Object> CompletableFuture<T> executeAsync(LockSpec spec,
			Function<? super LockLease, ? extends CompletionStage<T>> action) {
		return new AsyncExecution<T>(action).start(acquireAsync(spec));
	}

}
