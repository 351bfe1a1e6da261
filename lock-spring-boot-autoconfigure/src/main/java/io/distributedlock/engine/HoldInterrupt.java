package io.distributedlock.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Interrupts a thread when its lease is lost, but never after it has released the lock:
 * by then it may do something else.
 * <p>
 * A thread may lose several leases at once. The hold that has interrupted it takes the
 * interrupt away when it ends; then the next one that is lost interrupts it anew.
 */
final class HoldInterrupt {

	private static final ThreadLocal<LostHolds> LOST_HOLDS = ThreadLocal.withInitial(LostHolds::new);

	private final LostHolds all = LOST_HOLDS.get();

	private boolean interrupted;

	private boolean over;

	/**
	 * Interrupt the thread, unless the hold is over or somebody else has interrupted it.
	 */
	void interrupt() {
		this.all.guard.lock();
		try {
			if (!this.over) {
				this.all.lost.add(this);
				interruptOnce();
			}
		}
		finally {
			this.all.guard.unlock();
		}
	}

	private void interruptOnce() {
		if (!this.all.thread.isInterrupted()) {
			this.interrupted = true;
			this.all.thread.interrupt();
		}
	}

	/**
	 * End the hold. No interrupt of it comes after this returns, and none that came
	 * before is left.
	 */
	void end() {
		this.all.guard.lock();
		try {
			this.over = true;
			this.all.lost.remove(this);
			if (this.interrupted && this.all.thread == Thread.currentThread()) {
				Thread.interrupted();
				this.all.lost.forEach(HoldInterrupt::interruptOnce);
			}
		}
		finally {
			this.all.guard.unlock();
		}
	}

	/**
	 * The holds of one thread that are lost and not over.
	 */
	private static final class LostHolds {

		private final Thread thread = Thread.currentThread();

		private final ReentrantLock guard = new ReentrantLock();

		private final List<HoldInterrupt> lost = new ArrayList<>(1);

	}

}
