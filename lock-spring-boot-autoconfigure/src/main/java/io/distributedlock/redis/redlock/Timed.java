package io.distributedlock.redis.redlock;

/**
 * Something that waits for answers, but not for ever.
 */
interface Timed {

	/**
	 * Return until when, in terms of {@link System#nanoTime()}.
	 */
	long deadline();

	/**
	 * Go on without the answers that are missing.
	 */
	void timeIsUp();

}
