package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Locks that were released before the shortest time to hold them was over. The store
 * keeps them, as nobody tells it, and frees them by itself when their time to live ends;
 * that is never too early. Where it would be too late, they are released when the
 * shortest time is over.
 */
final class KeptLocks {

	/**
	 * More than this would cost too much memory: the rest waits for the store.
	 */
	private static final int MAX_PLANNED = 100_000;

	private static final long TOLERANCE = Duration.ofMillis(50).toNanos();

	private final BackgroundReleases releases;

	private final LockTimer timer;

	private final AtomicInteger planned = new AtomicInteger();

	KeptLocks(BackgroundReleases releases, LockTimer timer) {
		this.releases = releases;
		this.timer = timer;
	}

	/**
	 * Keep the lock of a lease that has ended for the rest of the shortest time.
	 */
	void keep(HeldLease lease, long now) {
		long rest = lease.restOfMinHold(now);
		if (lease.timeToLive(now) - rest <= TOLERANCE) {
			return;
		}
		if (this.planned.incrementAndGet() > MAX_PLANNED) {
			this.planned.decrementAndGet();
			return;
		}
		this.timer.schedule(() -> {
			this.planned.decrementAndGet();
			this.releases.release(lease.request());
		}, rest);
	}

}
