package io.distributedlock.testsupport;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Observes a critical section from outside the lock: how many are in it at a time.
 */
public final class Oracle {

	private final AtomicInteger holders = new AtomicInteger();

	private final AtomicInteger maxHolders = new AtomicInteger();

	private final AtomicLong entries = new AtomicLong();

	/**
	 * Call first in the critical section.
	 */
	public void enter() {
		this.entries.incrementAndGet();
		this.maxHolders.accumulateAndGet(this.holders.incrementAndGet(), Math::max);
	}

	/**
	 * Call last in the critical section.
	 */
	public void exit() {
		if (this.holders.decrementAndGet() < 0) {
			throw new IllegalStateException("exit() without enter()");
		}
	}

	/**
	 * Return how many are in the critical section now.
	 * @return the number of holders
	 */
	public int holders() {
		return this.holders.get();
	}

	/**
	 * Return how many were in the critical section at the same time at most.
	 * @return the highest number of holders
	 */
	public int maxHolders() {
		return this.maxHolders.get();
	}

	/**
	 * Return how often the critical section was entered.
	 * @return the number of entries
	 */
	public long entries() {
		return this.entries.get();
	}

}
