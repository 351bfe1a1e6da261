package io.distributedlock.interceptor;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Puts keys, names and fencing tokens of the locks into the mapped diagnostic context of
 * SLF4J. The values of several locks are in one text, in the order of their keys.
 */
final class MdcLogContext implements LogContext {

	static final String KEY = "lock.key";

	static final String NAME = "lock.name";

	static final String FENCING_TOKEN = "lock.fencingToken";

	/**
	 * Of more locks than this, the first are named: thousands would make each message
	 * unreadable.
	 */
	private static final int MAX_LOCKS = 10;

	@Override
	public @Nullable Object proceed(MethodInvocation invocation, Object held) throws Throwable {
		List<LockLease> leases = (held instanceof LockLeases several) ? several.asList() : List.of((LockLease) held);
		String outerKey = MDC.get(KEY);
		String outerName = MDC.get(NAME);
		String outerToken = MDC.get(FENCING_TOKEN);
		try {
			MDC.put(KEY, join(leases, LockLease::key));
			MDC.put(NAME, join(leases, LockLease::name));
			MDC.put(FENCING_TOKEN, join(leases, (lease) -> Long.toString(lease.fencingToken())));
			return invocation.proceed();
		}
		finally {
			restore(KEY, outerKey);
			restore(NAME, outerName);
			restore(FENCING_TOKEN, outerToken);
		}
	}

	private static String join(List<LockLease> leases, Function<LockLease, String> property) {
		if (leases.size() == 1) {
			return property.apply(leases.get(0));
		}
		int left = leases.size() - MAX_LOCKS;
		Stream<String> more = (left > 0) ? Stream.of("and %d more".formatted(left)) : Stream.empty();
		return Stream.concat(leases.stream().limit(MAX_LOCKS).map(property).distinct(), more)
			.collect(Collectors.joining(", "));
	}

	private static void restore(String key, @Nullable String outer) {
		if (outer != null) {
			MDC.put(key, outer);
		}
		else {
			MDC.remove(key);
		}
	}

}
