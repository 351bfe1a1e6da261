package io.distributedlock;

/**
 * What a {@link DistributedLock @DistributedLock} method does when the lock is still held
 * by somebody else after the wait time.
 *
 * @since 1.0
 */
public enum OnContention {

	/**
	 * Throw a {@link LockNotAcquiredException}, or do what the {@link LockFailureHandler}
	 * of the application does.
	 */
	THROW,

	/**
	 * Do not run the method: return null, or an empty {@code Optional} or publisher, or a
	 * completed future of such a value. Not allowed on a method whose result cannot be
	 * empty, such as a primitive.
	 */
	SKIP,

	/**
	 * Call the {@link DistributedLock#fallback() fallback} method instead, without a
	 * lock, and return its result.
	 */
	FALLBACK

}
