package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;
import org.jspecify.annotations.Nullable;

/**
 * A lease and how long it may be trusted, shared by all its holds. It belongs to the
 * thread that acquired it as long as holds are attached to that thread, or to none.
 * <p>
 * Validity counts from the moment a command was sent, never from its answer: the store
 * started the lease no earlier than that.
 * <p>
 * There may be hundreds of thousands of these, hence no objects for the atomic fields.
 */
final class HeldLease implements LockHold {

	private static final AtomicIntegerFieldUpdater<HeldLease> STATE = AtomicIntegerFieldUpdater
		.newUpdater(HeldLease.class, "state");

	private static final AtomicIntegerFieldUpdater<HeldLease> HOLDS = AtomicIntegerFieldUpdater
		.newUpdater(HeldLease.class, "holds");

	private static final AtomicIntegerFieldUpdater<HeldLease> ATTACHED = AtomicIntegerFieldUpdater
		.newUpdater(HeldLease.class, "attached");

	private static final AtomicLongFieldUpdater<HeldLease> VALID_UNTIL = AtomicLongFieldUpdater
		.newUpdater(HeldLease.class, "validUntil");

	private static final AtomicReferenceFieldUpdater<HeldLease, @Nullable LossReactions> REACTIONS = AtomicReferenceFieldUpdater
		.newUpdater(HeldLease.class, LossReactions.class, "reactions");

	private static final AtomicIntegerFieldUpdater<HeldLease> TOLD = AtomicIntegerFieldUpdater
		.newUpdater(HeldLease.class, "told");

	private static final int HELD = 0;

	private static final int RELEASED = 1;

	private static final int LOST = 2;

	private static final long FIXED_DRIFT = Duration.ofMillis(2).toNanos();

	private final Contention contention;

	private final String name;

	private final String owner;

	private final long fencingToken;

	private final long lastToken;

	private volatile @Nullable Thread thread;

	private final HandOver handOver;

	private final long acquiredAt;

	private final boolean reentrant;

	private volatile int state = HELD;

	private volatile int holds = 1;

	/**
	 * How many of the holds are attached to the thread.
	 */
	private volatile int attached;

	/**
	 * What listeners know: 0 nothing, 1 the beginning, 2 the end.
	 */
	@SuppressWarnings("UnusedVariable") // read and written by TOLD
	private volatile int told;

	/**
	 * Whether there was more than one hold. Written before {@link #holds} changes, read
	 * after it has.
	 */
	private boolean enteredAgain;

	private volatile boolean renewing;

	private volatile long validUntil;

	private volatile long nextRenewal;

	private volatile @Nullable LossReactions reactions;

	private volatile int renewals;

	HeldLease(Waiter holder, String owner, Grant grant, long now) {
		this.contention = holder.contention();
		this.name = holder.name();
		this.owner = owner;
		this.fencingToken = grant.fencingToken();
		this.lastToken = grant.fencingToken() + LockStore.TOKENS_PER_GRANT - 1;
		this.thread = holder.thread();
		this.handOver = grant.handOver();
		this.acquiredAt = now;
		this.attached = (this.thread != null) ? 1 : 0;
		this.reentrant = holder.isReentrant();
		this.renewing = isToBeRenewed();
		this.validUntil = endOfValidity(grant.sentAt(), ttl());
		this.nextRenewal = grant.sentAt() + renewalInterval();
	}

	private HeldLease(Waiter holder, HeldLease from, long now) {
		this.contention = from.contention;
		this.name = holder.name();
		this.owner = from.owner;
		this.fencingToken = from.fencingToken + 1;
		this.lastToken = from.lastToken;
		this.thread = holder.thread();
		this.handOver = HandOver.LOCAL;
		this.acquiredAt = now;
		this.attached = (this.thread != null) ? 1 : 0;
		this.reentrant = holder.isReentrant();
		this.renewing = isToBeRenewed();
		this.validUntil = from.validUntil;
		this.nextRenewal = from.nextRenewal;
	}

	/**
	 * Return whether renewal can prolong this lease at all.
	 */
	private boolean isToBeRenewed() {
		Duration maxHold = this.contention.maxHold();
		return this.contention.renew() && (maxHold == null || maxHold.compareTo(ttl()) > 0);
	}

	/**
	 * Return until when a lease may be trusted. The drift allowed for, 1 % of the time to
	 * live and 2 ms, is that of the Redlock description in the Redis documentation.
	 */
	static long endOfValidity(long sentAt, Duration ttl) {
		long nanos = ttl.toNanos();
		return sentAt + nanos - drift(nanos);
	}

	private static long drift(long ttl) {
		return ttl / 100 + FIXED_DRIFT;
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
		return this.name;
	}

	String owner() {
		return this.owner;
	}

	Duration ttl() {
		return this.contention.ttl();
	}

	@Override
	public long fencingToken() {
		return this.fencingToken;
	}

	@Override
	public HandOver handOver() {
		return this.handOver;
	}

	long acquiredAt() {
		return this.acquiredAt;
	}

	boolean isHeld(long now) {
		return this.state == HELD && !isOver(now);
	}

	boolean isReleased() {
		return this.state == RELEASED;
	}

	/**
	 * Return whether the thread that holds it may enter it again.
	 */
	boolean isReentrant() {
		return this.reentrant;
	}

	/**
	 * Return who holds this, for a caller that has to go without it.
	 */
	Holder seen(long now) {
		return new Holder(this.owner, Duration.ofNanos(now - this.acquiredAt), now);
	}

	/**
	 * Return how long the lock is still to be kept if this lease ends now. Not positive
	 * if it need not be kept.
	 */
	long restOfMinHold(long now) {
		Duration minHold = this.contention.minHold();
		return (minHold != null) ? this.acquiredAt + minHold.toNanos() - now : 0;
	}

	/**
	 * Return for how long this lease may still be held. Not positive if it should have
	 * ended.
	 */
	private long restOfMaxHold(Duration maxHold, long now) {
		return this.acquiredAt + maxHold.toNanos() - now;
	}

	/**
	 * Return whether this lease is over because it must not be held for longer.
	 */
	boolean isHeldTooLong(long now) {
		Duration maxHold = this.contention.maxHold();
		return maxHold != null && restOfMaxHold(maxHold, now) <= drift(ttl().toNanos());
	}

	/**
	 * Return whether this lease may last for the given time from now.
	 */
	boolean mayLast(Duration time, long now) {
		Duration maxHold = this.contention.maxHold();
		return maxHold == null || time.toNanos() <= restOfMaxHold(maxHold, now);
	}

	/**
	 * Return for how long the store keeps the lock at most if nobody tells it anything.
	 */
	long timeToLive(long now) {
		return this.validUntil + drift(ttl().toNanos()) - now;
	}

	Duration remainingValidity(long now) {
		return isHeld(now) ? Duration.ofNanos(this.validUntil - now) : Duration.ZERO;
	}

	/**
	 * Return what is left of the lease, even if it has ended; negative if it is over.
	 */
	Duration validityAt(long now) {
		return Duration.ofNanos(this.validUntil - now);
	}

	/**
	 * Add a hold that is attached to the thread.
	 * @return false if other threads have released the last hold, or taken the lease away
	 * from the thread
	 */
	boolean enter() {
		if (!incrementUnlessZero(ATTACHED)) {
			return false;
		}
		this.enteredAgain = true;
		return incrementUnlessZero(HOLDS);
	}

	private boolean incrementUnlessZero(AtomicIntegerFieldUpdater<HeldLease> count) {
		return count.getAndUpdate(this, (current) -> (current > 0) ? current + 1 : 0) > 0;
	}

	/**
	 * Take a hold away from the thread. With the last one, the lease belongs to no thread
	 * any more.
	 * @return whether it was the last
	 */
	boolean detach() {
		if (ATTACHED.decrementAndGet(this) > 0) {
			return false;
		}
		this.thread = null;
		return true;
	}

	/**
	 * Return whether the thread that acquired the lease may enter it again.
	 */
	boolean isAttached() {
		return this.attached > 0;
	}

	/**
	 * Return whether there are holds left. A lease that ended with some left was lost, or
	 * was released because the engine stopped.
	 */
	boolean isEntered() {
		return this.holds > 0;
	}

	/**
	 * Leave one hold.
	 * @return whether it was the last
	 */
	boolean leave() {
		return HOLDS.decrementAndGet(this) == 0;
	}

	/**
	 * Return whether there was more than one hold: the last one cannot tell what was done
	 * under the others.
	 */
	boolean wasEnteredAgain() {
		return this.enteredAgain;
	}

	/**
	 * End the lease on purpose.
	 * @return whether it was held until now
	 */
	boolean end() {
		return STATE.getAndSet(this, RELEASED) == HELD;
	}

	/**
	 * Mark the lease as lost.
	 * @return whether it was held until now
	 */
	boolean lose() {
		return STATE.compareAndSet(this, HELD, LOST);
	}

	/**
	 * Do something when this lease is lost, or now if it has been lost.
	 */
	void react(LeaseHandle hold, Runnable action) {
		LossReactions all = this.reactions;
		if (all == null) {
			REACTIONS.compareAndSet(this, null, new LossReactions());
			react(hold, action);
		}
		else if (!all.add(hold, action)) {
			action.run();
		}
		else if (this.state == LOST) {
			all.run();
		}
	}

	void forgetReactions(LeaseHandle hold) {
		LossReactions all = this.reactions;
		if (all != null) {
			all.remove(hold);
		}
	}

	/**
	 * Do what is to be done after {@link #lose()}.
	 */
	void reactToLoss() {
		LossReactions all = this.reactions;
		if (all != null) {
			all.run();
		}
	}

	/**
	 * Take note that listeners know of this lease.
	 * @return false if it has ended meanwhile, which they do not know yet
	 */
	boolean beginningIsTold() {
		return TOLD.compareAndSet(this, 0, 1);
	}

	/**
	 * Return whether to tell listeners that this lease has ended: they must know of it.
	 */
	boolean endIsToBeTold() {
		return TOLD.getAndSet(this, 2) == 1;
	}

	/**
	 * Return whether another thread can go on with what is left: a fencing token of its
	 * own and, as nobody asks the store, most of the time to live that was promised. A
	 * lease that is renewed can do with less.
	 */
	boolean isFitToPass(long now) {
		long ttl = ttl().toNanos();
		long enough = this.contention.renew() ? ttl / 2 : ttl - ttl / 10;
		return this.fencingToken < this.lastToken && this.validUntil - now >= enough;
	}

	/**
	 * Go on with what is left of this lease, in another thread.
	 */
	HeldLease passTo(Waiter next, long now) {
		return new HeldLease(next, this, now);
	}

	/**
	 * Take note that the store has prolonged the lease. An answer that comes after the
	 * validity has ended does not revive it: the holder may have been told already.
	 * @param sentAt when the command was sent
	 * @param prolongedBy the time to live that was asked for
	 * @param now the present
	 * @return whether the lease is held
	 */
	boolean confirm(long sentAt, Duration prolongedBy, long now) {
		if (!isHeld(now)) {
			return false;
		}
		long end = endOfValidity(sentAt, prolongedBy);
		VALID_UNTIL.accumulateAndGet(this, end, (current, given) -> (given - current > 0) ? given : current);
		return true;
	}

	/**
	 * Take note of a renewal, as {@link #confirm} does. It was the last one if it was for
	 * less than the time to live.
	 */
	boolean confirmRenewal(long sentAt, Duration prolongedBy, long now) {
		if (prolongedBy.compareTo(ttl()) < 0) {
			this.renewing = false;
		}
		return confirm(sentAt, prolongedBy, now);
	}

	/**
	 * Take note that the lease was renewed. One thread at a time does.
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	void renewed() {
		this.renewals++;
	}

	int renewals() {
		return this.renewals;
	}

	boolean isOver(long now) {
		return now - this.validUntil >= 0;
	}

	/**
	 * Return whether to renew now. A little early is fine: it lets more leases share one
	 * command.
	 */
	boolean isRenewalDue(long now) {
		return this.renewing && this.nextRenewal - now <= renewalInterval() / 4;
	}

	/**
	 * Return what to ask the store for to prolong this lease, for no longer than it may
	 * be held.
	 */
	LeaseRequest renewal(long now) {
		Duration maxHold = this.contention.maxHold();
		if (maxHold == null || restOfMaxHold(maxHold, now) >= ttl().toNanos()) {
			return request();
		}
		long rest = Math.max(restOfMaxHold(maxHold, now), Duration.ofMillis(1).toNanos());
		return new LeaseRequest(key(), this.owner, Duration.ofNanos(rest));
	}

	/**
	 * Return whether the thread that the lease belongs to ended without releasing it.
	 */
	boolean isOrphaned() {
		Thread owner = this.thread;
		return owner != null && !owner.isAlive();
	}

	/**
	 * Let the lease run out.
	 */
	void stopRenewing() {
		this.renewing = false;
	}

	/**
	 * Plan the renewal after one that is sent now, on an absolute schedule: delays do not
	 * add up.
	 */
	void planNextRenewal(long now) {
		long next = this.nextRenewal + renewalInterval();
		this.nextRenewal = (next - now > 0) ? next : now + renewalInterval();
	}

	/**
	 * Plan to try again soon after a renewal that failed.
	 */
	void planRetry(long now) {
		this.nextRenewal = now + Math.min(renewalInterval() / 4, Duration.ofSeconds(1).toNanos());
	}

	/**
	 * Return when this lease needs attention next: to be renewed, or because it is over.
	 */
	long nextAction() {
		long end = this.validUntil;
		return (this.renewing && this.nextRenewal - end < 0) ? this.nextRenewal : end;
	}

	LockActivity.Hold describe(long now) {
		Thread holder = this.thread;
		return new LockActivity.Hold(key(), this.name, (holder != null) ? holder.getName() : null,
				Duration.ofNanos(now - this.acquiredAt), remainingValidity(now), this.fencingToken, this.renewals);
	}

	LeaseRequest request() {
		return new LeaseRequest(key(), this.owner, ttl());
	}

	private long renewalInterval() {
		return ttl().toNanos() / 3;
	}

	@Override
	public String toString() {
		Thread owner = this.thread;
		return "'%s' (name '%s', fencing token %d, %s)".formatted(Printable.of(key()), this.name, this.fencingToken,
				(owner != null) ? "thread '" + owner.getName() + "'" : "no thread");
	}

	/**
	 * A grant of the store.
	 *
	 * @param fencingToken the first fencing token that came with it
	 * @param sentAt when a command was sent after which the lease began
	 * @param handOver from whom the lock was taken over
	 */
	record Grant(long fencingToken, long sentAt, HandOver handOver) {

	}

}
