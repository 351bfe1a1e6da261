package io.distributedlock.interceptor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.distributedlock.InvalidLockKeyException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one method: determined once, used at each call. Immutable.
 *
 * @param operations one for each annotation, at least one
 * @param skippedResult what a skipped call returns: null or an empty result
 */
record LockPlan(List<LockOperation> operations, @Nullable Object skippedResult) {

	/**
	 * Determine the locks of a call in the order in which they are taken. It is the order
	 * of their keys, the same for all methods, so that two calls cannot wait for each
	 * other.
	 * @param invocation the call
	 * @return the call and its locks
	 * @throws InvalidLockKeyException if there is no usable key
	 */
	LockCall prepare(MethodInvocation invocation) {
		List<LockRequest> first = this.operations.get(0).requests(invocation);
		if (this.operations.size() == 1 && first.size() == 1) {
			return new LockCall(this, first);
		}
		Map<String, LockRequest> sorted = new TreeMap<>();
		for (LockOperation operation : this.operations) {
			addMissing(operation.requests(invocation), sorted);
		}
		return new LockCall(this, List.copyOf(sorted.values()));
	}

	private static void addMissing(Collection<LockRequest> requests, Map<String, LockRequest> byKey) {
		requests.forEach((request) -> byKey.putIfAbsent(request.spec().key(), request));
	}

}
