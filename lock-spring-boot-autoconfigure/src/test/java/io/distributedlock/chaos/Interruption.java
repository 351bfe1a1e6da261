package io.distributedlock.chaos;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Interrupts a thread after a while, unless that is over before. Leaves no interrupt
 * behind.
 */
final class Interruption implements AutoCloseable {

	static final Interruption NONE = new Interruption(null);

	private static final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "interruptions");
		thread.setDaemon(true);
		return thread;
	});

	private @Nullable Thread target;

	private Interruption(@Nullable Thread target) {
		this.target = target;
	}

	static Interruption ofCurrentThread(Duration delay) {
		Interruption interruption = new Interruption(Thread.currentThread());
		timer.schedule(interruption::interrupt, delay.toMillis(), TimeUnit.MILLISECONDS);
		return interruption;
	}

	private synchronized void interrupt() {
		if (this.target != null) {
			this.target.interrupt();
		}
	}

	@Override
	public synchronized void close() {
		if (this.target != null) {
			this.target = null;
			Thread.interrupted();
		}
	}

}
