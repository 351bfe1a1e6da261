package io.distributedlock.engine;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

/**
 * Warns of each lock that is held for too long, once, while it still is. Looks at them
 * now and then, so it costs those who lock nothing.
 *
 * @since 1.0
 */
public final class LongHoldWatch implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(LongHoldWatch.class);

	private static final Duration MAX_INTERVAL = Duration.ofSeconds(10);

	/**
	 * How many locks to look at, those first that are held for longest.
	 */
	private static final int MAX_LOCKS = 1000;

	private final LockTemplate template;

	private final Duration limit;

	private Set<HeldKey> warned = Set.of();

	private volatile @Nullable ScheduledExecutorService executor;

	/**
	 * Create a watch.
	 * @param template the locks to look at
	 * @param limit how long a lock may be held without a warning
	 */
	public LongHoldWatch(LockTemplate template, Duration limit) {
		Assert.isTrue(limit.compareTo(Duration.ZERO) > 0, "'limit' must be positive");
		this.template = template;
		this.limit = limit;
	}

	@Override
	public void start() {
		ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, "distributed-lock-watch");
			thread.setDaemon(true);
			return thread;
		});
		long interval = Math.max(1, Math.min(this.limit.toMillis() / 4, MAX_INTERVAL.toMillis()));
		Future<?> watching = started.scheduleWithFixedDelay(this::look, interval, interval, TimeUnit.MILLISECONDS);
		logger.debug("Watching for locks that are held for longer than %s: %s".formatted(this.limit, watching));
		this.executor = started;
	}

	private void look() {
		try {
			Set<HeldKey> tooLong = new HashSet<>();
			for (LockActivity.Hold hold : this.template.activity(MAX_LOCKS).holds()) {
				if (hold.held().compareTo(this.limit) > 0) {
					HeldKey held = new HeldKey(hold.key(), hold.fencingToken());
					tooLong.add(held);
					if (!this.warned.contains(held)) {
						warn(hold);
					}
				}
			}
			this.warned = tooLong;
		}
		catch (RuntimeException ex) {
			logger.debug("Could not look at the locks that are held", ex);
		}
	}

	private void warn(LockActivity.Hold hold) {
		logger.warn(("Lock '%s' (name '%s', thread '%s') has been held for %d ms, which is more than "
				+ "'distributed-lock.warn-held-longer-than'. Others cannot have it.")
			.formatted(Printable.of(hold.key()), hold.name(), hold.thread(), hold.held().toMillis()));
	}

	@Override
	public void stop() {
		ScheduledExecutorService stopped = this.executor;
		this.executor = null;
		if (stopped != null) {
			stopped.shutdownNow();
		}
	}

	@Override
	public boolean isRunning() {
		return this.executor != null;
	}

	@Override
	public int getPhase() {
		return LockTemplate.PHASE + 1;
	}

	/**
	 * What tells one hold of a key from the next.
	 *
	 * @param key the key
	 * @param fencingToken the fencing token
	 */
	private record HeldKey(String key, long fencingToken) {

	}

}
