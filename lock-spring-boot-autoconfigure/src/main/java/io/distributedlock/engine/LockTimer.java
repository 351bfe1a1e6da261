package io.distributedlock.engine;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that does things later. Its tasks must not block.
 */
final class LockTimer {

	private static final Log logger = LogFactory.getLog(LockTimer.class);

	private final ScheduledThreadPoolExecutor executor;

	LockTimer() {
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "distributed-lock-timer");
			thread.setDaemon(true);
			return thread;
		});
		this.executor.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Run a task later.
	 * @param task the task; what it throws is logged
	 * @param delay when to run it, in nanoseconds from now
	 * @return the planned task, or null if the timer is stopped
	 */
	@Nullable Planned schedule(Runnable task, long delay) {
		try {
			return new Planned(this.executor.schedule(() -> run(task), delay, TimeUnit.NANOSECONDS));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The timer is stopped", ex);
			return null;
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("A task of the lock timer failed", ex);
		}
	}

	void stop() {
		this.executor.shutdownNow();
	}

	/**
	 * A task that is to be run.
	 *
	 * @param future its future
	 */
	record Planned(Future<?> future) {

		void cancel() {
			this.future.cancel(false);
		}

	}

}
