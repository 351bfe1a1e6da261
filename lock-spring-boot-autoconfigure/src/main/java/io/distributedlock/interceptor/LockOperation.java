package io.distributedlock.interceptor;

import java.util.Collection;
import java.util.List;

import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockSpec;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One {@code @DistributedLock} as it applies to one method: parsed, resolved and checked.
 * Immutable.
 */
final class LockOperation {

	private static final String SEPARATOR = "::";

	private final Settings settings;

	private final @Nullable LockKeyExpression key;

	private final List<LockRequest> constantRequests;

	/**
	 * Create an operation.
	 * @param settings everything but the key
	 * @param key the key, or null if the name is the key
	 * @throws InvalidLockKeyException if the key does not depend on the call and is no
	 * usable key
	 */
	LockOperation(Settings settings, @Nullable LockKeyExpression key) {
		this.settings = settings;
		String constantKey = (key != null) ? key.constant() : null;
		if (key == null) {
			this.constantRequests = List.of(request(settings.spec().name()));
		}
		else {
			this.constantRequests = (constantKey != null) ? List.of(keyRequest(constantKey)) : List.of();
		}
		this.key = this.constantRequests.isEmpty() ? key : null;
	}

	/**
	 * Determine the locks that a call needs.
	 * @param invocation the call
	 * @return one request per lock, at least one
	 * @throws InvalidLockKeyException if there is no usable key
	 */
	List<LockRequest> requests(MethodInvocation invocation) {
		if (this.key == null) {
			return this.constantRequests;
		}
		Collection<String> keys = this.key.evaluate(invocation);
		return (keys.size() == 1) ? List.of(keyRequest(keys.iterator().next()))
				: keys.stream().map(this::keyRequest).toList();
	}

	/**
	 * Return whether the locks are to be taken at all.
	 * @return false if the configuration has disabled them
	 */
	boolean isEnabled() {
		return this.settings.enabled();
	}

	/**
	 * Return the key that all calls lock.
	 * @return the key, or null if it depends on the call
	 */
	@Nullable String constantKey() {
		return (this.key == null) ? this.constantRequests.get(0).spec().key() : null;
	}

	/**
	 * Return whether it can be seen that calls may need several locks.
	 * @return whether the key is a list or can be one
	 */
	boolean mayNeedSeveralLocks() {
		return this.key != null && this.key.isForSeveral();
	}

	private LockRequest keyRequest(String value) {
		return request(this.settings.explicitName() ? this.settings.spec().name() + SEPARATOR + value : value);
	}

	private LockRequest request(String fullKey) {
		try {
			return new LockRequest(this.settings.spec().withKey(fullKey), this.settings.policies());
		}
		catch (InvalidLockKeyException ex) {
			throw new InvalidLockKeyException(
					"Invalid key of @DistributedLock on %s: %s".formatted(this.settings.location(), ex.getMessage()),
					ex);
		}
	}

	@Override
	public String toString() {
		return "@DistributedLock '%s' on %s".formatted(this.settings.spec().name(), this.settings.location());
	}

	/**
	 * Everything but the key.
	 *
	 * @param location where the annotation stands
	 * @param spec how to lock, with a key that does not count
	 * @param explicitName whether the name was given, and so is part of the key
	 * @param enabled whether the locks are to be taken at all
	 * @param policies what to do if the lock is not acquired
	 */
	record Settings(String location, LockSpec spec, boolean explicitName, boolean enabled, LockPolicies policies) {

	}

}
