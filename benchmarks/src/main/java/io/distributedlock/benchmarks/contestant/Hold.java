package io.distributedlock.benchmarks.contestant;

/**
 * A lock that is held. Used by the thread that acquired it only.
 */
@FunctionalInterface
public interface Hold {

	/**
	 * Release the lock.
	 * @throws Exception if the library says that it was lost, or failed
	 */
	void release() throws Exception;

}
