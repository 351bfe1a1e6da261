package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.HeldLease.Grant;
import io.distributedlock.store.AcquireReply.Busy;
import io.distributedlock.store.LeaseRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * One owner token that contends for a lock in the store: what was asked, what was
 * answered, and when to ask again. Does nothing by itself; {@link Contenders} does.
 */
final class Contender {

	private static final AtomicIntegerFieldUpdater<Contender> STATE = AtomicIntegerFieldUpdater
		.newUpdater(Contender.class, "state");

	private static final int OPEN = 0;

	private static final int WON = 1;

	private static final int CLOSED = 2;

	private static final long MIN_DELAY = Duration.ofMillis(2).toNanos();

	private static final long MAX_DELAY = Duration.ofMillis(100).toNanos();

	/**
	 * A lease with less than this part of its time to live left is not entered.
	 */
	private static final int LEAST_VALIDITY = 4;

	private final Contention contention;

	private final LeaseRequest request;

	private volatile int state = OPEN;

	private volatile boolean asked;

	private volatile long askedAt;

	private volatile @Nullable Answer latest;

	private volatile @Nullable Answer latestBusy;

	/**
	 * Whether the store has ever said that it queued the owner: it may do so still, even
	 * if a later question was answered without a place in the queue.
	 */
	private volatile boolean queued;

	private volatile boolean told;

	private volatile boolean broken;

	private volatile long firstAskedAt;

	private volatile long wonAt;

	/**
	 * That of the one who has won, who alone uses it. Kept here so that a use of a lock
	 * creates no object for it.
	 */
	private @Nullable Grant grant;

	private volatile long nextCheck;

	/**
	 * How much earlier than planned to ask, if that saves a command.
	 */
	private volatile long slack;

	private long delay = MIN_DELAY;

	Contender(Contention contention, String owner) {
		this.contention = contention;
		this.request = new LeaseRequest(contention.key(), owner, contention.ttl());
	}

	Contention contention() {
		return this.contention;
	}

	LeaseRequest request() {
		return this.request;
	}

	boolean isOpen() {
		return this.state == OPEN;
	}

	boolean isClosed() {
		return this.state == CLOSED;
	}

	/**
	 * Enter the lock, if nobody has done so or closed this.
	 */
	boolean win(Grant grant, long now) {
		if (isOpen()) {
			this.wonAt = now;
		}
		boolean won = STATE.compareAndSet(this, OPEN, WON);
		if (won) {
			this.grant = grant;
		}
		return won;
	}

	/**
	 * Create the lease of a waiter, after {@link #win}.
	 */
	HeldLease leaseOf(Waiter waiter) {
		Grant won = this.grant;
		Assert.state(won != null, "Nothing was won");
		return new HeldLease(waiter, this.request.owner(), won, this.wonAt);
	}

	long wonAt() {
		return this.wonAt;
	}

	/**
	 * Return whether the lock may be kept for its shortest time, though nobody holds it
	 * any more.
	 */
	boolean mayBeKept(long now) {
		Duration minHold = this.contention.minHold();
		return minHold != null && this.state == WON && now - this.wonAt < minHold.toNanos();
	}

	/**
	 * Stop contending, unless it was won or closed.
	 */
	boolean close() {
		return STATE.compareAndSet(this, OPEN, CLOSED);
	}

	/**
	 * Take note that the store is asked now. If there is no answer, it is asked again in
	 * its turn.
	 */
	void asks(long now) {
		if (!this.asked) {
			this.firstAskedAt = now;
		}
		this.askedAt = now;
		this.asked = true;
		this.nextCheck = now + interval();
		this.slack = interval() / 4;
	}

	/**
	 * Take note that the lock is busy and plan to ask again: when the holder's lease ends
	 * and often enough to keep our own grant from running out unseen, or soon if nobody
	 * hands it over.
	 */
	void answered(Busy busy, long sentAt, long now) {
		received(new Answer(sentAt, now, busy, null));
		if (busy.queued()) {
			this.queued = true;
		}
		long holderEnds = Math.max(busy.remaining().toNanos(), MIN_DELAY);
		long wait = busy.queued() ? interval() : nextDelay();
		this.slack = (busy.queued() && wait < holderEnds) ? interval() / 4 : 0;
		this.nextCheck = now + Math.min(wait, holderEnds);
	}

	/**
	 * Take note that it is not known what became of a question.
	 */
	void failed(LockStoreUnavailableException failure, long sentAt, long now) {
		received(new Answer(sentAt, now, null, failure));
		this.broken = true;
		this.slack = 0;
		this.nextCheck = now + nextDelay();
	}

	/**
	 * Keep an answer, unless that to a later question has overtaken it.
	 */
	private synchronized void received(Answer answer) {
		this.latest = answer.orLater(this.latest);
		if (answer.busy() != null) {
			this.latestBusy = answer.orLater(this.latestBusy);
		}
	}

	/**
	 * Return the grant that a message tells of, or null if it cannot be relied on and the
	 * store has to be asked. The lease began after the last time the lock was found busy,
	 * whenever the message arrived; and a grant whose token is not above the one that
	 * came with that answer was over by then.
	 */
	@Nullable Grant grantOf(long fencingToken, long now) {
		Answer busy = this.latestBusy;
		if (busy == null) {
			return sound(new Grant(fencingToken, this.firstAskedAt, HandOver.REMOTE), now);
		}
		return busy.isAfter(fencingToken) ? null : sound(new Grant(fencingToken, busy.sentAt(), HandOver.REMOTE), now);
	}

	/**
	 * Return a grant if enough of its validity is left to enter, otherwise null.
	 */
	@Nullable Grant sound(Grant grant, long now) {
		long validity = HeldLease.endOfValidity(grant.sentAt(), this.request.ttl()) - now;
		return (validity >= this.request.ttl().toNanos() / LEAST_VALIDITY) ? grant : null;
	}

	void checkAt(long time) {
		this.slack = 0;
		this.nextCheck = time;
	}

	boolean isCheckDue(long now) {
		return this.nextCheck - this.slack - now <= 0;
	}

	long nextCheck() {
		return this.nextCheck;
	}

	/**
	 * Return whether the last question was answered, with whatever.
	 */
	boolean isAnswered() {
		Answer answer = this.latest;
		return answer != null && answer.sentAt() - this.askedAt >= 0;
	}

	/**
	 * Return whether there was an answer, to the last question or one before it, after
	 * the given time.
	 */
	boolean isAnsweredSince(long time) {
		Answer answer = this.latest;
		return answer != null && answer.receivedAt() - time >= 0;
	}

	/**
	 * Return why the last answer was none to rely on, or null if it was.
	 */
	@Nullable LockStoreUnavailableException failure() {
		Answer answer = this.latest;
		return (answer != null) ? answer.failure() : null;
	}

	/**
	 * Return whether the lock was held by somebody else when it was last looked at.
	 */
	boolean isFoundBusy() {
		Answer answer = this.latest;
		return answer != null && answer.busy() != null;
	}

	/**
	 * Return who held the lock when it was last found busy.
	 */
	@Nullable Holder holder() {
		Answer busy = this.latestBusy;
		return (busy != null) ? busy.holder() : null;
	}

	/**
	 * Return whether the store may know of this owner: it is queued, or a question may
	 * have had an effect that nobody told of.
	 */
	boolean mayBeKnown() {
		return this.asked && (this.broken || !isAnswered() || this.queued);
	}

	/**
	 * Return from whom the lock is taken over if it is granted now.
	 */
	HandOver handOver() {
		return isQueued() ? HandOver.REMOTE : HandOver.NONE;
	}

	/**
	 * Return whether the store has said that it queued the owner.
	 */
	boolean isQueued() {
		return this.queued;
	}

	/**
	 * Take note that somebody has said that it is the turn of the owner.
	 */
	void told() {
		this.told = true;
	}

	/**
	 * Return whether the owner had to ask again because nobody has told it that it is its
	 * turn, though somebody should have.
	 */
	boolean isForgotten() {
		return this.queued && !this.told;
	}

	/**
	 * Return whether the connection may have broken with a question under way.
	 */
	boolean isBroken() {
		return this.broken;
	}

	private long interval() {
		return this.request.ttl().toNanos() / 3;
	}

	private long nextDelay() {
		long random = this.delay / 2 + ThreadLocalRandom.current().nextLong(this.delay);
		this.delay = Math.min(2 * this.delay, MAX_DELAY);
		return random;
	}

	@Override
	public String toString() {
		return "Contender[%s]".formatted(this.request);
	}

	private record Answer(long sentAt, long receivedAt, @Nullable Busy busy,
			@Nullable LockStoreUnavailableException failure) {

		Answer orLater(@Nullable Answer other) {
			return (other != null && other.sentAt() - this.sentAt > 0) ? other : this;
		}

		boolean isAfter(long fencingToken) {
			return this.busy != null && fencingToken <= this.busy.latestToken();
		}

		@Nullable Holder holder() {
			return (this.busy != null) ? new Holder(this.busy.holder(), this.busy.heldFor(), this.receivedAt) : null;
		}

	}

}
