package io.distributedlock.engine;

import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Does what a blocked thread would do itself when it has waited long enough, for callers
 * that block no thread. Most deadlines are removed before they are reached, which costs
 * no timer operation.
 */
final class Deadlines {

	private static final Log logger = LogFactory.getLog(Deadlines.class);

	private final MonotonicClock clock;

	private final ConcurrentSkipListSet<Deadline> pending = new ConcurrentSkipListSet<>();

	private final AtomicLong count = new AtomicLong();

	private final Sweep sweep;

	Deadlines(LockTimer timer, MonotonicClock clock) {
		this.clock = clock;
		this.sweep = new Sweep(timer, clock, this::runDue);
	}

	/**
	 * Run an action when its time has come.
	 * @param time when, by the clock
	 * @param action the action, run by the timer: must not block
	 */
	Deadline add(long time, Runnable action) {
		Deadline deadline = new Deadline(time, this.count.incrementAndGet(), action);
		this.pending.add(deadline);
		this.sweep.by(time);
		return deadline;
	}

	/**
	 * Forget a deadline.
	 * @return false if its action has been run, or is about to be
	 */
	boolean remove(Deadline deadline) {
		return this.pending.remove(deadline);
	}

	/**
	 * Run all actions because the timer has stopped.
	 */
	void runAll() {
		this.pending.forEach(this::run);
	}

	private void runDue() {
		long now = this.clock.nanoTime();
		for (Deadline deadline : this.pending) {
			if (deadline.time() - now > 0) {
				this.sweep.by(deadline.time());
				return;
			}
			run(deadline);
		}
	}

	private void run(Deadline deadline) {
		if (this.pending.remove(deadline)) {
			try {
				deadline.action().run();
			}
			catch (RuntimeException ex) {
				logger.error("What was to be done when a time was over failed", ex);
			}
		}
	}

	/**
	 * Something to do at a time.
	 *
	 * @param time when, by the clock
	 * @param number tells apart those of the same time
	 * @param action what to do
	 */
	record Deadline(long time, long number, Runnable action) implements Comparable<Deadline> {

		@Override
		public int compareTo(Deadline other) {
			int byTime = Long.signum(this.time - other.time);
			return (byTime != 0) ? byTime : Long.compare(this.number, other.number);
		}

	}

}
