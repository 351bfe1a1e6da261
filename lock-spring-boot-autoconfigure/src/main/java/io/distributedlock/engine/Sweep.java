package io.distributedlock.engine;

import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Looks after many things with one planned run, at the time the first of them needs
 * attention. What comes and goes before that costs no timer operation.
 */
final class Sweep {

	private final LockTimer timer;

	private final MonotonicClock clock;

	private final Runnable action;

	private final ReentrantLock planning = new ReentrantLock();

	private volatile @Nullable Plan plan;

	/**
	 * Create a sweep.
	 * @param action the run; has to plan the next one
	 */
	Sweep(LockTimer timer, MonotonicClock clock, Runnable action) {
		this.timer = timer;
		this.clock = clock;
		this.action = action;
	}

	/**
	 * Run at the given time or earlier.
	 */
	void by(long due) {
		if (isPlannedBy(due)) {
			return;
		}
		this.planning.lock();
		try {
			if (isPlannedBy(due)) {
				return;
			}
			long delay = Math.max(0, due - this.clock.nanoTime());
			Plan obsolete = this.plan;
			if (obsolete != null) {
				obsolete.task().cancel();
			}
			LockTimer.Planned task = this.timer.schedule(() -> run(due), delay);
			this.plan = (task != null) ? new Plan(due, task) : null;
		}
		finally {
			this.planning.unlock();
		}
	}

	private boolean isPlannedBy(long due) {
		Plan current = this.plan;
		return current != null && current.due() - due <= 0;
	}

	private void run(long due) {
		// A run that is due at once must not overtake the plan it belongs to
		this.planning.lock();
		try {
			Plan current = this.plan;
			if (current == null || current.due() != due) {
				// Replaced by an earlier one, but too late to be cancelled
				return;
			}
			this.plan = null;
		}
		finally {
			this.planning.unlock();
		}
		this.action.run();
	}

	private record Plan(long due, LockTimer.Planned task) {

	}

}
