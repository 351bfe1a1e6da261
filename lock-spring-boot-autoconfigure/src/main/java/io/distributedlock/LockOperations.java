package io.distributedlock;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The programmatic way to the locks that {@link DistributedLock @DistributedLock} uses.
 * <p>
 * Locks are reentrant by thread: a thread that acquires a key it already holds gets in at
 * once, without a command to the store, under the lease it has; that lease ends when the
 * outermost hold is released. A lease belongs to the thread that acquired it.
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
	 */
	Optional<LockLease> tryAcquire(LockSpec spec);

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

}
