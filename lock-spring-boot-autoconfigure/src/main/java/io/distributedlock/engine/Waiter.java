package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.distributedlock.LockHolder;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockSpec;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * A caller that wants a lock, from its call until it has a lease or goes without. It
 * blocks its thread meanwhile, or no thread at all.
 */
final class Waiter implements LockAttempt {

	private static final AtomicIntegerFieldUpdater<Waiter> CLAIMED = AtomicIntegerFieldUpdater.newUpdater(Waiter.class,
			"claimed");

	private static final AtomicIntegerFieldUpdater<Waiter> CONTENDED = AtomicIntegerFieldUpdater
		.newUpdater(Waiter.class, "contended");

	private final Contention contention;

	private final LockSpec spec;

	private final @Nullable Thread thread;

	private final long startedAt;

	private final long deadline;

	/**
	 * Set by whoever decides how this ends; the outcome follows at once.
	 */
	private volatile int claimed;

	/**
	 * The lease, or null if somebody else holds the lock.
	 */
	private final CompletableFuture<@Nullable HeldLease> outcome = new CompletableFuture<>();

	/**
	 * The lease until the caller is woken with it, by the thread that has claimed this.
	 * Kept here so that a use of a lock creates no object for it.
	 */
	private @Nullable HeldLease lease;

	private volatile int contended;

	private volatile @Nullable Holder holder;

	private @Nullable Contender reliesOn;

	private @Nullable Waiter previous;

	private @Nullable Waiter next;

	/**
	 * Create a waiter.
	 * @param thread the thread that waits and the lease is to belong to, or null for none
	 */
	Waiter(Contention contention, LockSpec spec, @Nullable Thread thread, long startedAt, long waitTime) {
		this.contention = contention;
		this.spec = spec;
		this.thread = thread;
		this.startedAt = startedAt;
		this.deadline = startedAt + waitTime;
	}

	Contention contention() {
		return this.contention;
	}

	@Override
	public String key() {
		return this.contention.key();
	}

	@Override
	public String name() {
		return this.spec.name();
	}

	LockSpec spec() {
		return this.spec;
	}

	boolean isReentrant() {
		return this.spec.isReentrant();
	}

	/**
	 * Return the thread that waits and the lease is to belong to, or null.
	 */
	@Nullable Thread thread() {
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

	@Override
	public @Nullable String holder() {
		Holder seen = this.holder;
		LockHolder described = (seen != null) ? seen.describe(seen.seenAt()) : null;
		return (described != null) ? described.instance() : null;
	}

	void heldBy(@Nullable Holder holder) {
		this.holder = holder;
	}

	@Override
	public boolean isContended() {
		return this.contended != 0;
	}

	/**
	 * Tell the caller that somebody else holds the lock.
	 */
	LockNotAcquiredException notAcquired(long now) {
		Holder seen = this.holder;
		return new LockNotAcquiredException(key(), Duration.ofNanos(now - this.startedAt),
				(seen != null) ? seen.describe(now) : null);
	}

	/**
	 * Take note that somebody else holds the lock.
	 * @return whether that was not known
	 */
	boolean findsContention() {
		return CONTENDED.compareAndSet(this, 0, 1);
	}

	/**
	 * Return the contender whose answer counts when the wait time is over. Used by one
	 * thread at a time: the waiting one, or the timer.
	 */
	@Nullable Contender reliesOn() {
		return this.reliesOn;
	}

	void reliesOn(@Nullable Contender contender) {
		this.reliesOn = contender;
	}

	LockActivity.Wait describe(long now) {
		return new LockActivity.Wait(key(), name(), (this.thread != null) ? this.thread.getName() : null,
				Duration.ofNanos(now - this.startedAt), Duration.ofNanos(Math.max(0, this.deadline - now)));
	}

	/**
	 * Take a place in a {@link WaiterList}.
	 */
	void link(@Nullable Waiter previous, @Nullable Waiter next) {
		this.previous = previous;
		this.next = next;
	}

	@Nullable Waiter previous() {
		return this.previous;
	}

	@Nullable Waiter next() {
		return this.next;
	}

	/**
	 * Decide how this ends.
	 * @return false if somebody else has decided
	 */
	boolean claim() {
		return this.claimed == 0 && CLAIMED.compareAndSet(this, 0, 1);
	}

	boolean isClaimed() {
		return this.claimed != 0;
	}

	/**
	 * Take note of the lease to be woken with. Only after {@link #claim()}.
	 */
	void gets(HeldLease lease) {
		this.lease = lease;
	}

	HeldLease lease() {
		HeldLease got = this.lease;
		Assert.state(got != null, "Has no lease");
		return got;
	}

	/**
	 * Wake the caller with a lease, or without one if somebody else holds the lock. Only
	 * after {@link #claim()}.
	 */
	void end(@Nullable HeldLease lease) {
		this.outcome.complete(lease);
	}

	/**
	 * Wake the caller with an error. Only after {@link #claim()}.
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

	boolean hasEnded() {
		return this.outcome.isDone();
	}

	/**
	 * Do something when this has ended, on the thread that ends it: must not block.
	 */
	void whenEnded(Runnable action) {
		CompletionStage<@Nullable HeldLease> end = this.outcome;
		end.whenComplete((lease, failure) -> action.run());
	}

	/**
	 * Block until the outcome is there that somebody else has decided on, which is at
	 * once.
	 */
	@Nullable HeldLease join() {
		return this.outcome.join();
	}

}
