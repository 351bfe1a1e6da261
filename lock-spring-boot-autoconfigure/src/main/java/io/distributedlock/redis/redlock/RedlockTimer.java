package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that does things later. Its tasks must not block.
 * <p>
 * What waits for answers is looked after together: something that gets its answers in
 * time costs no timer operation.
 */
final class RedlockTimer {

	private static final Log logger = LogFactory.getLog(RedlockTimer.class);

	private static final long STALL = Duration.ofMillis(10).toNanos();

	private final ScheduledThreadPoolExecutor executor;

	private final Set<Timed> watched = ConcurrentHashMap.newKeySet();

	/**
	 * When those that are watched are looked after next, or null if nobody is.
	 */
	private volatile @Nullable Long plan;

	RedlockTimer() {
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "distributed-lock-redlock");
			thread.setDaemon(true);
			return thread;
		});
		this.executor.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Run a task later. What it throws is logged.
	 */
	void schedule(Runnable task, long delayNanos) {
		try {
			Future<?> ignored = this.executor.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The timer is stopped", ex);
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("A task of the Redlock timer failed", ex);
		}
	}

	/**
	 * Tell something when its time is up, unless it is forgotten before.
	 */
	void watch(Timed timed) {
		this.watched.add(timed);
		planBy(timed.deadline());
	}

	void forget(Timed timed) {
		this.watched.remove(timed);
	}

	private void planBy(long time) {
		if (isPlannedBy(time)) {
			return;
		}
		synchronized (this) {
			if (!isPlannedBy(time)) {
				this.plan = time;
				schedule(() -> lookAfter(time), Math.max(0, time - System.nanoTime()));
			}
		}
	}

	private boolean isPlannedBy(long time) {
		Long planned = this.plan;
		return planned != null && planned - time <= 0;
	}

	private void lookAfter(long due) {
		synchronized (this) {
			if (!Objects.equals(this.plan, due)) {
				return;
			}
			this.plan = null;
		}
		if (System.nanoTime() - due >= STALL) {
			// This thread was late, so the threads that read the answers may be late, too
			schedule(this::lookAfter, STALL / 2);
		}
		else {
			lookAfter();
		}
	}

	private void lookAfter() {
		long now = System.nanoTime();
		Long earliest = null;
		for (Iterator<Timed> it = this.watched.iterator(); it.hasNext();) {
			Timed timed = it.next();
			long deadline = timed.deadline();
			if (deadline - now <= 0) {
				it.remove();
				run(timed::timeIsUp);
			}
			else if (earliest == null || deadline - earliest < 0) {
				earliest = deadline;
			}
		}
		if (earliest != null) {
			planBy(earliest);
		}
	}

	/**
	 * Run no more tasks, and wait for the end of the one that runs.
	 */
	void stop() {
		this.executor.shutdownNow();
		try {
			if (!this.executor.awaitTermination(1, TimeUnit.SECONDS)) {
				logger.debug("A task of the Redlock timer does not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
