package io.distributedlock;

import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Base class of leases that are found by {@link LockLease#current()} on the thread that
 * acquired them. For implementations of {@link LockOperations} only.
 * <p>
 * The leases of a thread form a chain from the innermost to the outermost. One that
 * another thread released stays in it until the thread looks at it again.
 *
 * @since 1.0
 */
public abstract class ThreadBoundLease implements LockLease {

	private static final ThreadLocal<@Nullable ThreadBoundLease> INNERMOST = new ThreadLocal<>();

	private @Nullable ThreadBoundLease outer;

	/**
	 * Make this the innermost lease of the current thread.
	 */
	protected final void enter() {
		this.outer = notOver(INNERMOST.get());
		INNERMOST.set(this);
	}

	/**
	 * Leave this lease after its release. Does nothing on a thread of which this is not
	 * the innermost lease.
	 */
	protected final void exit() {
		if (INNERMOST.get() == this) {
			// An entry that stays, but is empty, is cheaper than one that comes and goes
			INNERMOST.set(notOver(this.outer));
		}
	}

	/**
	 * Return whether this lease has been released, on whatever thread, so that it does
	 * not count any more.
	 * @return whether it is over
	 */
	protected abstract boolean isOver();

	/**
	 * Give back this hold, under which nothing was done, without blocking: a lock under
	 * which nobody else did anything need not be kept for its {@link LockSpec#minHold()
	 * shortest time}. Does what {@link #releaseAsync()} does, unless it is overridden.
	 * @return a stage with how it ended, as of {@link #releaseAsync()}
	 */
	protected CompletionStage<ReleaseOutcome> discardAsync() {
		return releaseAsync();
	}

	/**
	 * Give back a lease under which nothing was done, without blocking. One that is not
	 * thread-bound is released.
	 * @param lease the lease
	 * @return a stage with how it ended, as of {@link LockLease#releaseAsync()}
	 */
	public static CompletionStage<ReleaseOutcome> discardAsync(LockLease lease) {
		return (lease instanceof ThreadBoundLease bound) ? bound.discardAsync() : lease.releaseAsync();
	}

	static @Nullable LockLease innermost() {
		return notOver(INNERMOST.get());
	}

	private static @Nullable ThreadBoundLease notOver(@Nullable ThreadBoundLease innermost) {
		ThreadBoundLease lease = innermost;
		while (lease != null && lease.isOver()) {
			lease = lease.outer;
		}
		return lease;
	}

}
