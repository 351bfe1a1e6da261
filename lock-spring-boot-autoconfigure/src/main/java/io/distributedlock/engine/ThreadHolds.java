package io.distributedlock.engine;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The leases each thread holds, for reentrancy. A thread's leases are touched by that
 * thread only; one that another thread released or took over is dropped at a later look.
 */
final class ThreadHolds {

	private final ThreadLocal<@Nullable Holds> holds = new ThreadLocal<>();

	/**
	 * Find the lease by which the current thread holds a key.
	 * @return the lease, held or lost but not released, or null
	 */
	@Nullable HeldLease find(String key) {
		Holds held = this.holds.get();
		HeldLease lease = (held != null) ? held.leases.get(key) : null;
		if (lease != null && isGone(lease)) {
			remove(lease);
			return null;
		}
		return lease;
	}

	/**
	 * Find a lease that ended before the current thread released it.
	 */
	@Nullable HeldLease findLost(long now) {
		Holds held = this.holds.get();
		if (held != null) {
			for (HeldLease lease : held.leases.values()) {
				if (lease.isEntered() && lease.isAttached() && !lease.isHeld(now)) {
					return lease;
				}
			}
		}
		return null;
	}

	private static boolean isGone(HeldLease lease) {
		return lease.isReleased() || !lease.isAttached();
	}

	void add(HeldLease lease) {
		Holds held = this.holds.get();
		if (held == null) {
			held = new Holds();
			this.holds.set(held);
		}
		held.add(lease);
	}

	/**
	 * Forget a lease of the current thread. Does nothing if it is that of another thread.
	 * What is left after the last one is small and stays, for the next.
	 */
	void remove(HeldLease lease) {
		Holds held = this.holds.get();
		if (held != null && held.leases.remove(lease.key(), lease) && held.leases.isEmpty() && held.isLarge()) {
			this.holds.remove();
		}
	}

	/**
	 * The leases of one thread, by key.
	 */
	private static final class Holds {

		private static final int MIN_PURGE_SIZE = 16;

		private final Map<String, HeldLease> leases = new HashMap<>(4);

		private int purgeSize = MIN_PURGE_SIZE;

		boolean isLarge() {
			return this.purgeSize > MIN_PURGE_SIZE;
		}

		/**
		 * Add a lease. Those that other threads released or took over are dropped
		 * whenever the number has doubled.
		 */
		void add(HeldLease lease) {
			this.leases.put(lease.key(), lease);
			if (this.leases.size() > this.purgeSize) {
				this.leases.values().removeIf(ThreadHolds::isGone);
				this.purgeSize = Math.max(2 * this.leases.size(), MIN_PURGE_SIZE);
			}
		}

	}

}
