package io.distributedlock;

/**
 * What happens to the code under a lock when its lease is lost, besides what always
 * happens: {@link LockLease#isHeld()} is false, its {@link LockLease#onLost callbacks}
 * run, and a warning is logged.
 *
 * @since 1.0
 */
public enum OnLost {

	/**
	 * Nothing more: the code goes on, and may ask {@link LockLease#ensureHeld()} before
	 * it does what cannot be undone.
	 */
	NOTIFY,

	/**
	 * Interrupt the thread, once, if it has not released the lock by then. What it was
	 * blocked in ends with its usual reaction, such as an {@link InterruptedException}.
	 * The interrupt flag is cleared when the lock is released, so that it does not reach
	 * what the thread does next.
	 * <p>
	 * What no thread waits for ends with a {@link LockLostException}: a future fails, and
	 * the one of the method is cancelled, as is a publisher.
	 */
	INTERRUPT

}
