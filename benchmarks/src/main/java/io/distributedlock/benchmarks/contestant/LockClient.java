package io.distributedlock.benchmarks.contestant;

import org.jspecify.annotations.Nullable;

/**
 * What one instance of an application sees of a contestant, with connections of its own.
 */
public interface LockClient extends AutoCloseable {

	/**
	 * Acquire a lock, waiting for it if the contestant can.
	 * @param key what to lock
	 * @return the lock, held by this thread
	 * @throws Exception if it could not be acquired
	 */
	Hold acquire(String key) throws Exception;

	/**
	 * Acquire a lock without waiting.
	 * @param key what to lock
	 * @return the lock, held by this thread, or null if somebody holds it
	 * @throws Exception if that failed
	 */
	@Nullable Hold tryAcquire(String key) throws Exception;

	@Override
	void close();

}
