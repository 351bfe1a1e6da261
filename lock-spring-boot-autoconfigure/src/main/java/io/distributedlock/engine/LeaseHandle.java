package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.ReleaseOutcome;

/**
 * One hold of a lease, in the hands of a caller.
 */
final class LeaseHandle implements LockLease {

	private final HeldLease lease;

	private final LockEngine engine;

	private final AtomicBoolean released = new AtomicBoolean();

	private volatile ReleaseOutcome outcome = ReleaseOutcome.UNCONFIRMED;

	LeaseHandle(HeldLease lease, LockEngine engine) {
		this.lease = lease;
		this.engine = engine;
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
		return this.released.get() ? Duration.ZERO : this.engine.remainingValidity(this.lease);
	}

	@Override
	public boolean isHeld() {
		return !this.released.get() && this.engine.isHeld(this.lease);
	}

	@Override
	public void ensureHeld() {
		if (!isHeld()) {
			throw new LockLostException(key(),
					"Lock '%s' is not held any more: its lease was %s. Do not rely on anything done under it since."
						.formatted(key(), this.released.get() ? "released" : "lost"));
		}
	}

	@Override
	public boolean extend(Duration ttl) {
		return !this.released.get() && this.engine.extend(this.lease, ttl);
	}

	@Override
	public ReleaseOutcome release() {
		if (this.released.compareAndSet(false, true)) {
			this.outcome = this.engine.release(this.lease);
		}
		return this.outcome;
	}

	@Override
	public String toString() {
		return "LockLease[%s]".formatted(this.lease);
	}

}
