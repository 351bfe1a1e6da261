package io.distributedlock.interceptor;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.distributedlock.LockException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockLostException;
import io.distributedlock.LockSpec;
import io.distributedlock.OnLost;
import io.distributedlock.OnStoreFailure;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call of a locked method: which locks it needs, and what it does without them.
 *
 * @param plan the locks of the method
 * @param requests the locks of this call, without duplicates, in the order in which they
 * are to be taken; at least one
 * @param failures handles failures to acquire them
 */
record LockCall(LockPlan plan, List<LockRequest> requests, LockFailures failures) {

	/**
	 * Do what is to be done if a lock was not acquired. No lock of this call is held.
	 * @param reason why it was not acquired
	 * @param invocation the call
	 * @return the result of the call, of the kind that the method returns
	 * @throws Throwable the reason, if the call is to fail
	 */
	@Nullable Object withoutLocks(LockException reason, MethodInvocation invocation) throws Throwable {
		this.plan.clearLease(invocation);
		return this.failures.handle(reason, invocation, this);
	}

	/**
	 * Pass what is held to the method, if it has a parameter for that.
	 * @param invocation the call
	 * @param held a {@link LockLease} or {@link LockLeases}
	 */
	void passLeases(MethodInvocation invocation, Object held) {
		LeaseParameter parameter = this.plan.leaseParameter();
		if (parameter != null) {
			parameter.pass(invocation, held);
		}
	}

	/**
	 * Return whether the method has a parameter for what is held.
	 * @return whether it has
	 */
	boolean takesLeases() {
		return this.plan.leaseParameter() != null;
	}

	/**
	 * Return whether the call is to end when one of its locks is lost.
	 * @return whether it is
	 */
	boolean endsWhenLost() {
		return this.requests.stream().anyMatch((request) -> request.spec().onLost() == OnLost.INTERRUPT);
	}

	/**
	 * React when a lock is lost, if the call is to end then.
	 * @param lease the lease of the lock
	 * @param reaction what to do, given what is to be said about it
	 */
	void onLost(LockLease lease, Consumer<LockLostException> reaction) {
		if (endsWhenLost(lease.key())) {
			lease.onLost((lost) -> reaction.accept(lost(lost.key())));
		}
	}

	/**
	 * Return whether the call is to end when a certain lock is lost.
	 * @param key the key of the lock
	 * @return whether it is
	 */
	boolean endsWhenLost(String key) {
		return request(key).filter((request) -> request.spec().onLost() == OnLost.INTERRUPT).isPresent();
	}

	/**
	 * Create what a call ends with when it has lost a lock.
	 * @param key the key of the lock
	 * @return the exception
	 */
	static LockLostException lost(String key) {
		return new LockLostException(key,
				"Lock '%s' was lost before the call it protects had ended. Others may hold it. ".formatted(key)
						+ "Do not rely on anything done under it since.");
	}

	/**
	 * Return what to lock and how.
	 * @return one for each request
	 */
	List<LockSpec> specs() {
		return this.requests.stream().map(LockRequest::spec).toList();
	}

	/**
	 * Return the request for a lock.
	 * @param key the key of the lock
	 * @return the request, or empty if the lock was not asked for
	 */
	Optional<LockRequest> request(String key) {
		return this.requests.stream().filter((request) -> request.spec().key().equals(key)).findFirst();
	}

	/**
	 * Return what to do if the store fails, which concerns all locks alike: the strictest
	 * of what they say.
	 * @return what to do
	 */
	OnStoreFailure onStoreFailure() {
		return this.requests.stream()
			.map((request) -> request.policies().onStoreFailure())
			.min(Comparator.naturalOrder())
			.orElse(OnStoreFailure.THROW);
	}

}
