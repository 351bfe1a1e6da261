package io.distributedlock.engine;

import io.distributedlock.LockInterruptedException;
import io.distributedlock.engine.Deadlines.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * A wait that blocks no thread. What a blocked thread does by itself when its time is
 * over is done here by the timer, in the same steps.
 */
final class AsyncWait {

	private final Waiter waiter;

	private final LocalQueues queues;

	private final Deadlines deadlines;

	private final MonotonicClock clock;

	private final long responseTimeout;

	private volatile @Nullable Deadline deadline;

	AsyncWait(Waiter waiter, LocalQueues queues, Deadlines deadlines, MonotonicClock clock, long responseTimeout) {
		this.waiter = waiter;
		this.queues = queues;
		this.deadlines = deadlines;
		this.clock = clock;
		this.responseTimeout = responseTimeout;
	}

	Waiter waiter() {
		return this.waiter;
	}

	/**
	 * See to it that the waiter, which has queued up, ends in time.
	 * @param whenEnded run when the waiter has ended, on whatever thread: must not block
	 */
	void begin(Runnable whenEnded) {
		this.waiter.whenEnded(() -> {
			forgetDeadline();
			whenEnded.run();
		});
		if (this.waiter.isOverdue(this.clock.nanoTime())) {
			timeIsOver();
		}
		else {
			plan(this.waiter.deadline(), this::timeIsOver);
		}
	}

	private void timeIsOver() {
		this.queues.timeIsOver(this.waiter);
		long latest = this.clock.nanoTime() + this.responseTimeout;
		plan(latest, () -> lastAnswerIsMissing(latest));
	}

	private void lastAnswerIsMissing(long latest) {
		long now = this.clock.nanoTime();
		if (now - latest < LockEngine.STALL) {
			this.queues.giveUp(this.waiter);
		}
		else {
			// The timer woke up late, so the thread that reads the answer may be late,
			// too
			plan(now + this.responseTimeout, () -> this.queues.giveUp(this.waiter));
		}
	}

	private void plan(long time, Runnable action) {
		if (!this.waiter.isClaimed()) {
			this.deadline = this.deadlines.add(time, action);
			if (this.waiter.isClaimed()) {
				forgetDeadline();
			}
		}
	}

	private void forgetDeadline() {
		Deadline planned = this.deadline;
		if (planned != null) {
			this.deadlines.remove(planned);
		}
	}

	/**
	 * End the waiter because nobody wants the lock any more.
	 */
	void giveUp() {
		this.queues.giveUp(this.waiter, new LockInterruptedException(this.waiter.key()));
	}

}
