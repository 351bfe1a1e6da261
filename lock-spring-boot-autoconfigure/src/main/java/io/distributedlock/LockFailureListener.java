package io.distributedlock;

/**
 * Is told of each call of a {@link DistributedLock @DistributedLock} method whose lock
 * was not acquired, and what became of it: to count and to alert. Any number of beans.
 * <p>
 * Called on the thread of the call before its outcome takes effect; what a listener
 * throws is logged.
 *
 * @since 1.0
 */
@FunctionalInterface
public interface LockFailureListener {

	/**
	 * Take note of a failure.
	 * @param failure the failure and its outcome
	 */
	void onFailure(LockFailure failure);

}
