package io.distributedlock.event;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The thread on which events are published, one after the other. It exists only while
 * there are any. Of too many events, the latest are dropped.
 */
final class EventThread {

	private static final Log logger = LogFactory.getLog(EventThread.class);

	private static final int MAX_PENDING = 10_000;

	private static final Duration IDLE_TIME = Duration.ofSeconds(10);

	private static final Duration STOP_TIME = Duration.ofSeconds(1);

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, IDLE_TIME.toNanos(), TimeUnit.NANOSECONDS,
			new LinkedBlockingQueue<>(MAX_PENDING), (task) -> {
				Thread thread = new Thread(task, "distributed-lock-events");
				thread.setDaemon(true);
				return thread;
			});

	private final AtomicBoolean failed = new AtomicBoolean();

	private final AtomicBoolean dropped = new AtomicBoolean();

	EventThread() {
		this.executor.allowCoreThreadTimeOut(true);
	}

	void execute(Runnable task) {
		try {
			this.executor.execute(() -> run(task));
		}
		catch (RejectedExecutionException ex) {
			warnOnce(this.dropped, "Dropping events: the listeners of lock events are too slow", ex);
		}
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			warnOnce(this.failed, "A listener of lock events has failed, which has no effect on locks", ex);
		}
	}

	private static void warnOnce(AtomicBoolean warned, String message, Throwable failure) {
		if (warned.compareAndSet(false, true)) {
			logger.warn(message, failure);
		}
		else {
			logger.debug(message, failure);
		}
	}

	/**
	 * Stop when what is pending is done, or after a second.
	 */
	void stop() {
		this.executor.shutdown();
		try {
			if (!this.executor.awaitTermination(STOP_TIME.toNanos(), TimeUnit.NANOSECONDS)) {
				logger.warn("Not all lock events were published before shutdown: their listeners are too slow");
				this.executor.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
