package io.distributedlock.engine;

import org.jspecify.annotations.Nullable;

/**
 * Waiters in the order of their arrival. They are linked by themselves, so that a lock
 * nobody waits for long needs no memory for its queue. Not safe for use by several
 * threads.
 */
final class WaiterList {

	private @Nullable Waiter first;

	private @Nullable Waiter last;

	boolean isEmpty() {
		return this.first == null;
	}

	/**
	 * Return the waiter that has waited for longest, or null if there is none. Go on with
	 * {@link Waiter#next()}.
	 */
	@Nullable Waiter first() {
		return this.first;
	}

	/**
	 * Add a waiter that is in no list.
	 */
	void add(Waiter waiter) {
		Waiter previous = this.last;
		waiter.link(previous, null);
		this.last = waiter;
		if (previous == null) {
			this.first = waiter;
		}
		else {
			previous.link(previous.previous(), waiter);
		}
	}

	/**
	 * Remove a waiter. Does nothing if it is in no list.
	 */
	void remove(Waiter waiter) {
		Waiter previous = waiter.previous();
		Waiter next = waiter.next();
		if (previous == null && this.first != waiter) {
			return;
		}
		if (previous == null) {
			this.first = next;
		}
		else {
			previous.link(previous.previous(), next);
		}
		if (next == null) {
			this.last = previous;
		}
		else {
			next.link(previous, next.next());
		}
		waiter.link(null, null);
	}

}
