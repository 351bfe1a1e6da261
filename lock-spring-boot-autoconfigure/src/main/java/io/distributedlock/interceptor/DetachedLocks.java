package io.distributedlock.interceptor;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockLostException;

/**
 * The locks of a call that goes on after the method has returned: they belong to no
 * thread.
 */
final class DetachedLocks {

	private final Object held;

	private final LockCall call;

	private DetachedLocks(Object held, LockCall call) {
		this.held = held;
		this.call = call;
	}

	/**
	 * Take locks away from the thread that acquired them.
	 * @param held a {@link LockLease} or {@link LockLeases}
	 * @param call the call
	 * @return the locks
	 */
	static DetachedLocks of(Object held, LockCall call) {
		if (held instanceof LockLeases leases) {
			leases.detach();
		}
		else {
			((LockLease) held).detach();
		}
		return new DetachedLocks(held, call);
	}

	/**
	 * React when a lock is lost of which the annotation says that the call is to end
	 * then.
	 * @param reaction what to do, on a thread that must not be blocked
	 */
	void onLost(Consumer<LockLostException> reaction) {
		leases().forEach((lease) -> this.call.onLost(lease, reaction));
	}

	private List<LockLease> leases() {
		return (this.held instanceof LockLeases leases) ? leases.asList() : List.of((LockLease) this.held);
	}

	/**
	 * Release all locks.
	 * @return a stage that completes when that is done
	 */
	CompletionStage<?> release() {
		try {
			return (this.held instanceof LockLeases leases) ? leases.releaseAsync()
					: ((LockLease) this.held).releaseAsync();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedStage(ex);
		}
	}

}
