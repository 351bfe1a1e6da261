package io.distributedlock.interceptor;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.distributedlock.LockAlreadyHeldException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.LockSpec;
import io.distributedlock.ThreadBoundLease;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A lease that belongs to a subscription, and that subscriptions inside it enter again.
 * It is released by the last that leaves.
 */
final class SharedLease {

	private static final Log logger = LogFactory.getLog(SharedLease.class);

	private final LockLease lease;

	private final boolean reentrant;

	private final AtomicInteger holds = new AtomicInteger(1);

	/**
	 * What to do in case of a loss, by the hold. There is one listener of the lease for
	 * all of them: many may come and go while it lasts.
	 */
	private final Map<Object, Runnable> reactions = new ConcurrentHashMap<>();

	private final AtomicBoolean listening = new AtomicBoolean();

	private volatile boolean used;

	SharedLease(LockLease lease, LockSpec spec) {
		this.lease = lease;
		this.reentrant = spec.isReentrant();
	}

	LockLease lease() {
		return this.lease;
	}

	/**
	 * Enter the lease once more.
	 * @param spec what the inner subscription is to lock
	 * @return false if the last has left
	 * @throws LockLostException if the lease is lost
	 * @throws LockAlreadyHeldException if it must not be entered again
	 */
	boolean enter(LockSpec spec) {
		if (this.holds.getAndUpdate((count) -> (count > 0) ? count + 1 : 0) == 0) {
			return false;
		}
		try {
			check(spec);
			return true;
		}
		catch (RuntimeException ex) {
			leave(false);
			throw ex;
		}
	}

	private void check(LockSpec spec) {
		if (!this.lease.isHeld()) {
			throw new LockLostException(spec.key(),
					"Lock '%s' was not entered again: this subscription has lost it. End the outer one first."
						.formatted(spec.key()));
		}
		if (!this.reentrant || !spec.isReentrant()) {
			throw new LockAlreadyHeldException(spec.key());
		}
	}

	/**
	 * React when the lease is lost, until the hold is left, or now if that has happened.
	 * @param hold who reacts
	 * @param reaction what to do, on a thread that must not be blocked
	 */
	void onLost(Object hold, Runnable reaction) {
		this.reactions.put(hold, reaction);
		if (this.listening.compareAndSet(false, true)) {
			this.lease.onLost((lost) -> this.reactions.keySet().forEach(this::react));
		}
		else if (!this.lease.isHeld()) {
			react(hold);
		}
	}

	private void react(Object hold) {
		Runnable reaction = this.reactions.remove(hold);
		if (reaction != null) {
			try {
				reaction.run();
			}
			catch (RuntimeException | Error ex) {
				// The other holds are to be told, too
				logger.error("The reaction to the loss of %s failed".formatted(this.lease), ex);
			}
		}
	}

	/**
	 * Do not react any more.
	 * @param hold who does not
	 */
	void forget(Object hold) {
		this.reactions.remove(hold);
	}

	/**
	 * Leave the lease.
	 * @param used whether anything may have been done under this hold
	 * @return a stage that completes when the lock is released, or at once if others are
	 * left
	 */
	CompletionStage<?> leave(boolean used) {
		if (used) {
			this.used = true;
		}
		if (this.holds.decrementAndGet() > 0) {
			return CompletableFuture.completedStage(null);
		}
		return this.used ? this.lease.releaseAsync() : ThreadBoundLease.discardAsync(this.lease);
	}

}
