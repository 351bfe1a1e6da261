package io.distributedlock.interceptor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.InvalidLockKeyException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one method: determined once, used at each call. Immutable.
 *
 * @param operations one for each annotation whose locks are enabled
 * @param leaseParameter the parameter for the lease, or null if there is none
 * @param result what the method returns
 * @param problem why no call of the method may run, or null if calls may
 */
record LockPlan(List<LockOperation> operations, @Nullable LeaseParameter leaseParameter, LockedResult result,
		@Nullable InvalidLockDefinitionException problem) {

	/**
	 * Create a plan that lets no call run, because it would not be locked.
	 * @param problem what is wrong
	 * @return the plan
	 */
	static LockPlan refusing(InvalidLockDefinitionException problem) {
		return new LockPlan(List.of(), null, LockedResult.NONE, problem);
	}

	/**
	 * Return whether calls run without any lock because the configuration says so.
	 * @return whether all locks are disabled
	 */
	boolean isDisabled() {
		return this.operations.isEmpty() && this.problem == null;
	}

	/**
	 * Determine the locks of a call in the order in which they are taken. It is the order
	 * of their keys, the same for all methods, so that two calls cannot wait for each
	 * other.
	 * @param invocation the call
	 * @param failures handles failures to acquire them
	 * @return the call and its locks
	 * @throws InvalidLockKeyException if there is no usable key
	 * @throws InvalidLockDefinitionException if no call may run
	 */
	LockCall prepare(MethodInvocation invocation, LockFailures failures) {
		if (this.problem != null) {
			throw new InvalidLockDefinitionException(this.problem.getLocation(), this.problem.getProblem(),
					this.problem.getAction(), this.problem);
		}
		List<LockRequest> first = this.operations.get(0).requests(invocation);
		if (this.operations.size() == 1 && first.size() == 1) {
			return new LockCall(this, first, failures);
		}
		Map<String, LockRequest> sorted = new TreeMap<>();
		for (LockOperation operation : this.operations) {
			addMissing(operation.requests(invocation), sorted);
		}
		if (this.leaseParameter != null) {
			this.leaseParameter.checkCount(sorted.keySet(), invocation.getMethod());
		}
		return new LockCall(this, List.copyOf(sorted.values()), failures);
	}

	private static void addMissing(Collection<LockRequest> requests, Map<String, LockRequest> byKey) {
		requests.forEach((request) -> byKey.putIfAbsent(request.spec().key(), request));
	}

	/**
	 * Tell the method that no lock is held, if it has a parameter for that.
	 * @param invocation the call
	 */
	void clearLease(MethodInvocation invocation) {
		if (this.leaseParameter != null) {
			this.leaseParameter.clear(invocation);
		}
	}

}
