package io.distributedlock;

import java.lang.reflect.Method;

/**
 * A call of a {@link DistributedLock @DistributedLock} method whose lock was not
 * acquired.
 *
 * @param lockName the name of the lock
 * @param method the method
 * @param reason why the lock was not acquired: {@link LockNotAcquiredException} or
 * {@link LockStoreException}
 * @param outcome what becomes of the call
 * @since 1.0
 */
public record LockFailure(String lockName, Method method, LockException reason, Outcome outcome) {

	/**
	 * What becomes of a call whose lock was not acquired.
	 */
	public enum Outcome {

		/**
		 * It fails with the reason.
		 */
		THROWN,

		/**
		 * It returns nothing or an empty result; the method does not run.
		 */
		SKIPPED,

		/**
		 * The fallback method runs instead.
		 */
		FALLBACK,

		/**
		 * The method runs without its lock.
		 */
		UNLOCKED,

		/**
		 * The {@link LockFailureHandler} decides.
		 */
		HANDLED

	}

}
