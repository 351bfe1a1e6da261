package io.distributedlock;

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
