package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
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
			this.constantRequests = List.of(request(settings.name()));
		}
		else {
			this.constantRequests = (constantKey != null) ? List.of(keyRequest(constantKey)) : List.of();
		}
		this.key = this.constantRequests.isEmpty() ? key : null;
	}

	/**
	 * Return what a skipped call returns.
	 * @return null or an empty optional
	 */
	@Nullable Object skippedResult() {
		return this.settings.skippedResult();
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

	private LockRequest keyRequest(String value) {
		return request(this.settings.explicitName() ? this.settings.name() + SEPARATOR + value : value);
	}

	private LockRequest request(String fullKey) {
		return new LockRequest(this.settings.spec(fullKey), this.settings.onContention());
	}

	@Override
	public String toString() {
		return "@DistributedLock '%s' on %s".formatted(this.settings.name(), this.settings.location());
	}

	/**
	 * Everything but the key.
	 *
	 * @param location where the annotation stands
	 * @param name the name of the lock
	 * @param explicitName whether the name was given, and so is part of the key
	 * @param ttl the time to live, or null for the default
	 * @param waitTime the wait time, or null for the default
	 * @param renew whether to renew, or null for the default
	 * @param fair whether waiters get the lock in the order of their arrival
	 * @param onContention what to do if somebody else holds the lock
	 * @param skippedResult what a skipped call returns
	 */
	record Settings(String location, String name, boolean explicitName, @Nullable Duration ttl,
			@Nullable Duration waitTime, @Nullable Boolean renew, boolean fair, OnContention onContention,
			@Nullable Object skippedResult) {

		private LockSpec spec(String fullKey) {
			LockSpec spec;
			try {
				spec = LockSpec.of(fullKey).withName(this.name).withFair(this.fair);
			}
			catch (InvalidLockKeyException ex) {
				throw new InvalidLockKeyException(
						"Invalid key of @DistributedLock on %s: %s".formatted(this.location, ex.getMessage()), ex);
			}
			if (this.ttl != null) {
				spec = spec.withTtl(this.ttl);
			}
			if (this.waitTime != null) {
				spec = spec.withWaitTime(this.waitTime);
			}
			return (this.renew != null) ? spec.withRenew(this.renew) : spec;
		}

	}

}
