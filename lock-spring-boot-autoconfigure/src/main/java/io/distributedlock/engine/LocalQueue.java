package io.distributedlock.engine;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The threads of this JVM that want one lock, first come first served: one of them holds
 * it, or a contender asks the store for it on behalf of all.
 * <p>
 * Not safe for use by several threads: {@link LocalQueues} lets in one at a time.
 */
final class LocalQueue {

	private final WaiterList waiters = new WaiterList();

	private @Nullable Contender contender;

	private @Nullable HeldLease lease;

	private int passes;

	private long grantedAt;

	void add(Waiter waiter) {
		this.waiters.add(waiter);
	}

	void remove(Waiter waiter) {
		this.waiters.remove(waiter);
	}

	/**
	 * Return the waiters as they are now.
	 */
	List<Waiter> waiters() {
		List<Waiter> all = new ArrayList<>();
		for (Waiter waiter = this.waiters.first(); waiter != null; waiter = waiter.next()) {
			all.add(waiter);
		}
		return all;
	}

	boolean hasWaiters() {
		return !this.waiters.isEmpty();
	}

	/**
	 * Return whether waiters need a contender: they have none, and no thread of this JVM
	 * holds the lock.
	 */
	boolean needsContender() {
		return hasWaiters() && this.contender == null && this.lease == null;
	}

	boolean isUnused() {
		return !hasWaiters() && this.contender == null && this.lease == null;
	}

	@Nullable Contender contender() {
		return this.contender;
	}

	void contender(@Nullable Contender contender) {
		this.contender = contender;
	}

	@Nullable HeldLease lease() {
		return this.lease;
	}

	/**
	 * Give what the contender has won to the first waiter.
	 * @return the waiter, to be woken, or null if none is left or that is not the
	 * contender any more
	 */
	@Nullable Waiter enter(Contender winner) {
		if (!winner.equals(this.contender)) {
			return null;
		}
		this.contender = null;
		this.passes = 0;
		this.grantedAt = winner.wonAt();
		Waiter next = claimNext();
		return (next != null) ? enter(next, winner.leaseOf(next)) : null;
	}

	/**
	 * Pass the lease on to the next waiter, if there is one and the lease is good enough
	 * and the threads of other JVMs have not been kept waiting for too long.
	 * @return the waiter, to be woken, or null
	 */
	@Nullable Waiter pass(HeldLease from, long now, int maxPasses, long maxTime) {
		if (!from.equals(this.lease) || this.passes >= maxPasses || now - this.grantedAt >= maxTime
				|| !from.isFitToPass(now)) {
			return null;
		}
		Waiter next = claimNext();
		if (next == null) {
			return null;
		}
		this.passes++;
		return enter(next, from.passTo(next, now));
	}

	private Waiter enter(Waiter waiter, HeldLease entered) {
		this.lease = entered;
		waiter.gets(entered);
		return waiter;
	}

	/**
	 * Forget a lease that has ended.
	 */
	void leave(HeldLease ended) {
		if (ended.equals(this.lease)) {
			this.lease = null;
		}
	}

	/**
	 * Take out all waiters, or those whose time is over.
	 * @return the waiters, to be woken
	 */
	List<Waiter> claimAll(boolean overdueOnly, long now) {
		List<Waiter> claimed = new ArrayList<>();
		Waiter waiter = this.waiters.first();
		while (waiter != null) {
			Waiter next = waiter.next();
			if (!overdueOnly || waiter.isOverdue(now)) {
				this.waiters.remove(waiter);
				if (waiter.claim()) {
					claimed.add(waiter);
				}
			}
			waiter = next;
		}
		return claimed;
	}

	private @Nullable Waiter claimNext() {
		Waiter next = this.waiters.first();
		while (next != null) {
			this.waiters.remove(next);
			if (next.claim()) {
				return next;
			}
			next = this.waiters.first();
		}
		return null;
	}

}
