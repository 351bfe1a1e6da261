package io.distributedlock.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Does something at regular intervals for as long as there is a need. However many
 * threads start it, there is one planned run.
 */
final class Repetition {

	private final LockTimer timer;

	private final long interval;

	private final BooleanSupplier need;

	private final Runnable action;

	private final AtomicBoolean planned = new AtomicBoolean();

	/**
	 * Create a repetition that has not started.
	 * @param interval the time between two runs, and before the first, in nanoseconds
	 * @param need whether to go on
	 * @param action what to do, run by the timer: must not block
	 */
	Repetition(LockTimer timer, long interval, BooleanSupplier need, Runnable action) {
		this.timer = timer;
		this.interval = interval;
		this.need = need;
		this.action = action;
	}

	/**
	 * Begin, unless this has begun. To be called after the need has arisen.
	 */
	void start() {
		if (!this.planned.get() && this.planned.compareAndSet(false, true)) {
			plan();
		}
	}

	private void plan() {
		this.timer.schedule(this::run, this.interval);
	}

	private void run() {
		try {
			this.action.run();
		}
		finally {
			goOn();
		}
	}

	private void goOn() {
		if (this.need.getAsBoolean()) {
			plan();
			return;
		}
		this.planned.set(false);
		// Whoever has come since has seen a run planned
		if (this.need.getAsBoolean()) {
			start();
		}
	}

}
