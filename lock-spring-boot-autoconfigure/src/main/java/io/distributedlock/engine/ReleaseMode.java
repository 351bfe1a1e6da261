package io.distributedlock.engine;

/**
 * Whether a release waits for the store.
 *
 * @since 1.0
 */
public enum ReleaseMode {

	/**
	 * Wait for the store to confirm: when the release returns, the lock is free for
	 * everybody.
	 */
	SYNC,

	/**
	 * Send the release and return at once.
	 */
	ASYNC

}
