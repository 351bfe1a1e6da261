package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;

import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * The last parameter of a locked method, if it is for the lease. Callers pass null.
 *
 * @param position its position
 * @param forAll whether it takes the leases of several locks
 */
record LeaseParameter(int position, boolean forAll) {

	/**
	 * Find the parameter of a method.
	 * @param method the method
	 * @param reader tells what is wrong
	 * @return the parameter, or null if there is none
	 * @throws InvalidLockDefinitionException if it is not the last one
	 */
	static @Nullable LeaseParameter of(LockedMethod method, AttributeReader reader) {
		Class<?>[] types = method.method().getParameterTypes();
		int count = method.parameterCount();
		for (int i = 0; i < count - 1; i++) {
			if (isForLease(types[i])) {
				throw reader.invalid(
						"Parameter %d of the method is a %s, but not the last one.".formatted(i + 1,
								types[i].getSimpleName()),
						"Make the parameter for the lease the last one, and only one.", null);
			}
		}
		return (count > 0 && isForLease(types[count - 1]))
				? new LeaseParameter(count - 1, types[count - 1] == LockLeases.class) : null;
	}

	/**
	 * Return whether a parameter of a type is for the lease.
	 * @param type the type
	 * @return whether it is
	 */
	static boolean isForLease(Class<?> type) {
		return type == LockLease.class || type == LockLeases.class;
	}

	/**
	 * Check that this can take the leases of that many locks.
	 * @param keys the keys of the locks
	 * @param method the method
	 */
	void checkCount(Collection<String> keys, Method method) {
		if (!this.forAll && keys.size() > 1) {
			throw new IllegalStateException(
					"%s takes a LockLease, but this call has %d locks, of which %s is the first. "
						.formatted(LockAnnotationParser.describe(method), keys.size(), keys.iterator().next())
							+ "Declare a LockLeases parameter instead.");
		}
	}

	/**
	 * Pass what is held to the method.
	 * @param invocation the call
	 * @param held a {@link LockLease} or {@link LockLeases}
	 */
	void pass(MethodInvocation invocation, Object held) {
		invocation.getArguments()[this.position] = (this.forAll && held instanceof LockLease lease)
				? LockLeases.of(List.of(lease)) : held;
	}

	/**
	 * Tell the method that nothing is held, whatever the caller has passed.
	 * @param invocation the call
	 */
	void clear(MethodInvocation invocation) {
		@Nullable Object[] arguments = invocation.getArguments();
		arguments[this.position] = null;
	}

}
