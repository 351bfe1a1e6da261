package io.distributedlock.sample.monitor;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.distributedlock.sample.SampleProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Shows the locks to all who have the page open. One look at the locks is for all of
 * them, and nobody looks while there is no viewer.
 * <p>
 * Stops in the first phase of a shutdown, before the web server waits for the end of its
 * requests: those of viewers would not end by themselves.
 */
@Component
class LockMonitor implements SmartLifecycle {

	static final int MAX_VIEWERS = 20;

	/**
	 * After this time a browser has to ask again, which it does by itself.
	 */
	static final Duration VIEW_TIME = Duration.ofMinutes(5);

	private final LockLookout lookout;

	private final Duration refreshTime;

	private final Executor executor;

	private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();

	private @Nullable ScheduledExecutorService scheduler;

	LockMonitor(LockLookout lookout, SampleProperties properties,
			@Qualifier("applicationTaskExecutor") Executor executor) {
		this.lookout = lookout;
		this.refreshTime = properties.refreshTime();
		this.executor = executor;
	}

	/**
	 * Let somebody view the locks.
	 * @return where they are sent
	 */
	synchronized SseEmitter open() {
		if (this.scheduler == null || this.viewers.size() >= MAX_VIEWERS) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
					"No more than %d can view the locks at a time.".formatted(MAX_VIEWERS));
		}
		SseEmitter emitter = new SseEmitter(VIEW_TIME.toMillis());
		Viewer viewer = new Viewer(emitter, this.executor);
		emitter.onTimeout(viewer::end);
		emitter.onCompletion(() -> this.viewers.remove(viewer));
		this.viewers.add(viewer);
		return emitter;
	}

	void refresh() {
		if (!this.viewers.isEmpty()) {
			LockTable table = look();
			this.viewers.forEach((viewer) -> viewer.show(table));
		}
	}

	private LockTable look() {
		try {
			return this.lookout.look();
		}
		catch (RuntimeException ex) {
			return LockTable.unknown(ex.toString());
		}
	}

	@Override
	public synchronized void start() {
		if (this.scheduler == null) {
			this.scheduler = Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("lock-monitor-"));
			long nanos = this.refreshTime.toNanos();
			Future<?> unused = this.scheduler.scheduleWithFixedDelay(this::refresh, nanos, nanos, TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void stop() {
		synchronized (this) {
			if (this.scheduler != null) {
				this.scheduler.shutdownNow();
				this.scheduler = null;
			}
		}
		this.viewers.forEach(Viewer::end);
		this.viewers.clear();
	}

	@Override
	public synchronized boolean isRunning() {
		return this.scheduler != null;
	}

}
