package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;

import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.ThreadBoundLease;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * One hold of a lease, in the hands of a caller.
 */
final class LeaseHandle extends ThreadBoundLease {

	private static final AtomicIntegerFieldUpdater<LeaseHandle> STATE = AtomicIntegerFieldUpdater
		.newUpdater(LeaseHandle.class, "state");

	private static final int ATTACHED = 0;

	private static final int DETACHED = 1;

	private static final int RELEASED = 2;

	private final HeldLease lease;

	private final LockEngine engine;

	private volatile int state;

	private volatile boolean reacting;

	private volatile @Nullable HoldInterrupt interrupt;

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

	/**
	 * Become the lease that the current thread acquired last.
	 * @param interruptWhenLost whether to interrupt this thread if the lease is lost
	 */
	LeaseHandle enterOnThisThread(boolean interruptWhenLost) {
		enter();
		if (interruptWhenLost) {
			HoldInterrupt armed = new HoldInterrupt();
			this.interrupt = armed;
			react(armed::interrupt);
		}
		return this;
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
	protected boolean isOver() {
		return this.state != ATTACHED || this.engine.isStopped();
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
	public void onLost(Consumer<? super LockLease> callback) {
		Assert.notNull(callback, "'callback' must not be null");
		react(() -> this.engine.callBack(() -> {
			if (!isReleased()) {
				callback.accept(this);
			}
		}));
	}

	private void react(Runnable action) {
		this.reacting = true;
		this.lease.react(this, action);
		if (isReleased()) {
			this.lease.forgetReactions(this);
		}
	}

	@Override
	public boolean extend(Duration ttl) {
		return !isReleased() && this.engine.extend(this.lease, ttl);
	}

	@Override
	public void detach() {
		if (STATE.compareAndSet(this, ATTACHED, DETACHED)) {
			exit();
			endInterrupt();
			this.engine.detach(this.lease);
		}
	}

	@Override
	public ReleaseOutcome release() {
		int previous = end();
		if (previous != RELEASED) {
			this.outcome = this.engine.release(this.lease, previous == ATTACHED);
		}
		return this.outcome;
	}

	@Override
	public CompletionStage<ReleaseOutcome> releaseAsync() {
		return releaseAsync(true);
	}

	@Override
	protected CompletionStage<ReleaseOutcome> discardAsync() {
		return releaseAsync(false);
	}

	private CompletionStage<ReleaseOutcome> releaseAsync(boolean used) {
		int previous = end();
		if (previous == RELEASED) {
			return CompletableFuture.completedStage(this.outcome);
		}
		return this.engine.releaseAsync(this.lease, previous == ATTACHED, used).thenApply((ended) -> {
			this.outcome = ended;
			return ended;
		});
	}

	/**
	 * End the hold.
	 * @return the state before
	 */
	private int end() {
		int previous = STATE.getAndSet(this, RELEASED);
		if (previous == ATTACHED) {
			exit();
			endInterrupt();
		}
		if (previous != RELEASED && this.reacting) {
			this.lease.forgetReactions(this);
		}
		return previous;
	}

	private void endInterrupt() {
		HoldInterrupt armed = this.interrupt;
		if (armed != null) {
			armed.end();
		}
	}

	@Override
	public String toString() {
		return "LockLease[%s]".formatted(this.lease);
	}

}
