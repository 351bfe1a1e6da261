package io.distributedlock.interceptor;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import org.jspecify.annotations.Nullable;

/**
 * One lock that a call needs.
 *
 * @param spec what to lock and how
 * @param onContention what to do if somebody else holds it
 */
record LockRequest(LockSpec spec, OnContention onContention) {

	/**
	 * Acquire the lock.
	 * @param operations the locks
	 * @return the lease, or null if somebody else holds the lock and the call is to be
	 * skipped then
	 */
	@Nullable LockLease acquire(LockOperations operations) {
		return switch (this.onContention) {
			case THROW -> operations.acquire(this.spec);
			case SKIP -> operations.tryAcquire(this.spec).orElse(null);
		};
	}

}
