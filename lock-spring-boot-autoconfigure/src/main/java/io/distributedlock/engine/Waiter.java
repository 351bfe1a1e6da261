package io.distributedlock.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A thread that wants a lock, from its call until it has a lease or goes without.
 */
final class Waiter {

	private final Contention contention;

	private final String name;

	private final Thread thread = Thread.currentThread();

	private final long startedAt;

	private final long deadline;

	/**
	 * Set by whoever decides how this ends; the outcome follows at once.
	 */
	private final AtomicBoolean claimed = new AtomicBoolean();

	/**
	 * The lease, or null if somebody else holds the lock.
	 */
	private final CompletableFuture<@Nullable HeldLease> outcome = new CompletableFuture<>();

	private volatile @Nullable String holder;

	private @Nullable Contender reliesOn;

	Waiter(Contention contention, String name, long startedAt, long waitTime) {
		this.contention = contention;
		this.name = name;
		this.startedAt = startedAt;
		this.deadline = startedAt + waitTime;
	}

	Contention contention() {
		return this.contention;
	}

	String key() {
		return this.contention.key();
	}

	String name() {
		return this.name;
	}

	Thread thread() {
		return this.thread;
	}

	long startedAt() {
		return this.startedAt;
	}

	long deadline() {
		return this.deadline;
	}

	boolean isOverdue(long now) {
		return now - this.deadline >= 0;
	}

	/**
	 * Return who holds the lock, as far as this waiter knows, or null.
	 */
	@Nullable String holder() {
		return this.holder;
	}

	void heldBy(@Nullable String holder) {
		this.holder = holder;
	}

	/**
	 * Return the contender whose answer counts when the wait time is over. Used by the
	 * waiting thread only.
	 */
	@Nullable Contender reliesOn() {
		return this.reliesOn;
	}

	void reliesOn(@Nullable Contender contender) {
		this.reliesOn = contender;
	}

	/**
	 * Decide how this ends.
	 * @return false if somebody else has decided
	 */
	boolean claim() {
		return !this.claimed.get() && this.claimed.compareAndSet(false, true);
	}

	boolean isClaimed() {
		return this.claimed.get();
	}

	/**
	 * Wake the thread with a lease, or without one if somebody else holds the lock. Only
	 * after {@link #claim()}.
	 */
	void end(@Nullable HeldLease lease) {
		this.outcome.complete(lease);
	}

	/**
	 * Wake the thread with an error. Only after {@link #claim()}.
	 */
	void fail(Throwable failure) {
		this.outcome.completeExceptionally(failure);
	}

	/**
	 * Block until this has ended.
	 * @return the lease, or null if somebody else holds the lock
	 * @throws TimeoutException if it has not ended in that time
	 */
	@Nullable HeldLease await(long nanos) throws InterruptedException, ExecutionException, TimeoutException {
		return this.outcome.get(nanos, TimeUnit.NANOSECONDS);
	}

	/**
	 * Block until the outcome is there that somebody else has decided on, which is at
	 * once.
	 */
	@Nullable HeldLease join() {
		return this.outcome.join();
	}

}
