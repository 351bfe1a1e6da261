package io.distributedlock.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;
import org.jspecify.annotations.Nullable;

/**
 * One lock in memory: its holder and those who wait. Not safe for use by several threads.
 */
final class MemoryLock {

	private @Nullable LeaseRequest holder;

	private long fencingToken;

	private long grantedAt;

	private long expiresAt;

	/**
	 * Those who wait, by owner, in the order of arrival. Null as long as nobody has ever
	 * waited.
	 */
	private @Nullable Map<String, LeaseRequest> queue;

	/**
	 * What is to be done after the change, or null if nothing is.
	 */
	private @Nullable List<Runnable> afterwards;

	boolean isFree(long now) {
		return this.holder == null || now - this.expiresAt >= 0;
	}

	boolean isHeldBy(String owner, long now) {
		return !isFree(now) && holder().equals(owner);
	}

	String holder() {
		return (this.holder != null) ? this.holder.owner() : "";
	}

	long fencingToken() {
		return this.fencingToken;
	}

	/**
	 * Return the last of the tokens that came with the latest grant.
	 */
	long lastToken() {
		return this.fencingToken + LockStore.TOKENS_PER_GRANT - 1;
	}

	Duration heldFor(long now) {
		return Duration.ofNanos(now - this.grantedAt);
	}

	Duration remaining(long now) {
		return Duration.ofNanos(this.expiresAt - now);
	}

	void grant(LeaseRequest request, long token, long now) {
		dequeue(request);
		this.holder = request;
		this.fencingToken = token;
		this.grantedAt = now;
		this.expiresAt = now + request.ttl().toNanos();
	}

	/**
	 * Start the time to live anew, but never shorten it.
	 */
	void prolong(LeaseRequest request, long now) {
		long end = now + request.ttl().toNanos();
		if (end - this.expiresAt > 0) {
			this.expiresAt = end;
		}
	}

	void free() {
		this.holder = null;
	}

	void enqueue(LeaseRequest request) {
		if (this.queue == null) {
			this.queue = new LinkedHashMap<>(2);
		}
		this.queue.putIfAbsent(request.owner(), request);
	}

	void dequeue(LeaseRequest request) {
		if (this.queue != null) {
			this.queue.remove(request.owner());
		}
	}

	/**
	 * Return whether nobody waits longer than the owner of a request.
	 */
	boolean isNext(LeaseRequest request) {
		return this.queue == null || this.queue.isEmpty()
				|| this.queue.keySet().iterator().next().equals(request.owner());
	}

	@Nullable LeaseRequest poll() {
		if (this.queue == null || this.queue.isEmpty()) {
			return null;
		}
		Iterator<LeaseRequest> waiting = this.queue.values().iterator();
		LeaseRequest next = waiting.next();
		waiting.remove();
		return next;
	}

	/**
	 * Return the owners that wait, first come first.
	 */
	List<String> waiters() {
		return (this.queue != null) ? List.copyOf(this.queue.keySet()) : List.of();
	}

	/**
	 * Plan something for after the change, outside of all locks.
	 */
	void afterwards(Runnable action) {
		if (this.afterwards == null) {
			this.afterwards = new ArrayList<>(1);
		}
		this.afterwards.add(action);
	}

	/**
	 * Take what was planned.
	 */
	List<Runnable> takeAfterwards() {
		List<Runnable> actions = (this.afterwards != null) ? this.afterwards : List.of();
		this.afterwards = null;
		return actions;
	}

	boolean isUnused(long now) {
		return isFree(now) && (this.queue == null || this.queue.isEmpty());
	}

}
