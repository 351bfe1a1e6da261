package io.distributedlock.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Interrupts a thread when its lease is lost, but never after it has released the lock:
 * by then it may do something else.
 */
final class HoldInterrupt {

	private final Thread thread = Thread.currentThread();

	private final ReentrantLock guard = new ReentrantLock();

	private boolean interrupted;

	private boolean over;

	/**
	 * Interrupt the thread, unless the hold is over or somebody else has interrupted it.
	 */
	void interrupt() {
		this.guard.lock();
		try {
			if (!this.over && !this.thread.isInterrupted()) {
				this.interrupted = true;
				this.thread.interrupt();
			}
		}
		finally {
			this.guard.unlock();
		}
	}

	/**
	 * End the hold. No interrupt comes after this returns, and none that came before is
	 * left.
	 */
	void end() {
		this.guard.lock();
		try {
			this.over = true;
		}
		finally {
			this.guard.unlock();
		}
		if (this.interrupted && this.thread == Thread.currentThread()) {
			Thread.interrupted();
		}
	}

}
