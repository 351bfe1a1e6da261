package io.distributedlock;

import org.jspecify.annotations.Nullable;

/**
 * Code that runs under a lock.
 *
 * @param <T> the type of the result
 * @param <E> the type of exception the code may throw
 * @since 1.0
 * @see LockOperations#execute(LockSpec, LockedAction)
 */
@FunctionalInterface
public interface LockedAction<T extends @Nullable Object, E extends Throwable> {

	/**
	 * Run under the lock.
	 * @param lease the lease of the lock, released by the caller afterwards
	 * @return the result, may be null
	 * @throws E if the code fails; it reaches the caller unchanged
	 */
	T run(LockLease lease) throws E;

}
