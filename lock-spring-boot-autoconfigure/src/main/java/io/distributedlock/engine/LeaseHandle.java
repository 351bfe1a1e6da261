package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.ReleaseOutcome;

/**
 * One hold of a lease, in the hands of a caller.
 */
final class LeaseHandle implements LockLease {

	private static final AtomicIntegerFieldUpdater<LeaseHandle> STATE = AtomicIntegerFieldUpdater
		.newUpdater(LeaseHandle.class, "state");

	private static final int ATTACHED = 0;

	private static final int DETACHED = 1;

	private static final int RELEASED = 2;

	private final HeldLease lease;

	private final LockEngine engine;

	private volatile int state;

	private volatile ReleaseOutcome outcome = ReleaseOutcome.UNCONFIRMED;

	private LeaseHandle(HeldLease lease, LockEngine engine, int state) {
		this.lease = lease;
		this.engine = engine;
		this.state = state;
	}

	/**
	 * Create a hold that is attached to the thread that the lease belongs to.
	 */
	static LeaseHandle attached(HeldLease lease, LockEngine engine) {
		return new LeaseHandle(lease, engine, ATTACHED);
	}

	/**
	 * Create a hold that is attached to no thread.
	 */
	static LeaseHandle detached(HeldLease lease, LockEngine engine) {
		return new LeaseHandle(lease, engine, DETACHED);
	}

	@Override
	public String key() {
		return this.lease.key();
	}

	@Override
	public String name() {
		return this.lease.name();
	}

	@Override
	public long fencingToken() {
		return this.lease.fencingToken();
	}

	@Override
	public Duration remainingValidity() {
		return isReleased() ? Duration.ZERO : this.engine.remainingValidity(this.lease);
	}

	@Override
	public boolean isHeld() {
		return !isReleased() && this.engine.isHeld(this.lease);
	}

	private boolean isReleased() {
		return this.state == RELEASED;
	}

	@Override
	public void ensureHeld() {
		if (!isHeld()) {
			throw new LockLostException(key(),
					"Lock '%s' is not held any more: its lease was %s. Do not rely on anything done under it since."
						.formatted(key(), isReleased() ? "released" : "lost"));
		}
	}

	@Override
	public boolean extend(Duration ttl) {
		return !isReleased() && this.engine.extend(this.lease, ttl);
	}

	@Override
	public void detach() {
		if (STATE.compareAndSet(this, ATTACHED, DETACHED)) {
			this.engine.detach(this.lease);
		}
	}

	@Override
	public ReleaseOutcome release() {
		int previous = STATE.getAndSet(this, RELEASED);
		if (previous != RELEASED) {
			this.outcome = this.engine.release(this.lease, previous == ATTACHED);
		}
		return this.outcome;
	}

	@Override
	public CompletionStage<ReleaseOutcome> releaseAsync() {
		int previous = STATE.getAndSet(this, RELEASED);
		if (previous == RELEASED) {
			return CompletableFuture.completedStage(this.outcome);
		}
		return this.engine.releaseAsync(this.lease, previous == ATTACHED).thenApply((ended) -> {
			this.outcome = ended;
			return ended;
		});
	}

	@Override
	public String toString() {
		return "LockLease[%s]".formatted(this.lease);
	}

}
