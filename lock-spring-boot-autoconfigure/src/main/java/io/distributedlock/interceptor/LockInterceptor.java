package io.distributedlock.interceptor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogMessage;
import org.springframework.util.function.SingletonSupplier;

/**
 * Runs a method while the locks that it needs are held.
 */
final class LockInterceptor implements MethodInterceptor {

	private static final Log logger = LogFactory.getLog(LockInterceptor.class);

	private final LockOperationSource source;

	private final SingletonSupplier<LockOperations> lockOperations;

	LockInterceptor(LockOperationSource source, SingletonSupplier<LockOperations> lockOperations) {
		this.source = source;
		this.lockOperations = lockOperations;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Class<?> targetClass = (target != null) ? target.getClass() : invocation.getMethod().getDeclaringClass();
		List<LockOperation> operations = this.source.getOperations(invocation.getMethod(), targetClass);
		if (operations.isEmpty()) {
			throw new IllegalStateException(
					"%s of %s must be locked, but its lock is not known. Annotate the class itself."
						.formatted(invocation.getMethod(), targetClass.getName()));
		}
		Collection<LockRequest> requests = requests(operations, invocation);
		LockLease[] leases = new LockLease[requests.size()];
		int held = 0;
		Throwable failure = null;
		try {
			for (LockRequest request : requests) {
				LockLease lease = request.acquire(this.lockOperations.obtain());
				if (lease == null) {
					logger.debug(LogMessage.format("Skipped %s: lock '%s' is held", invocation.getMethod(),
							request.spec().key()));
					return operations.get(0).skippedResult();
				}
				leases[held++] = lease;
			}
			return invocation.proceed();
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			while (held > 0) {
				release(leases[--held], failure);
			}
		}
	}

	/**
	 * Determine the locks of a call in the order in which they are taken. It is the order
	 * of their keys, the same for all methods, so that two calls cannot wait for each
	 * other.
	 */
	private static Collection<LockRequest> requests(List<LockOperation> operations, MethodInvocation invocation) {
		List<LockRequest> first = operations.get(0).requests(invocation);
		if (operations.size() == 1 && first.size() == 1) {
			return first;
		}
		Map<String, LockRequest> sorted = new TreeMap<>();
		first.forEach((request) -> sorted.put(request.spec().key(), request));
		for (LockOperation operation : operations.subList(1, operations.size())) {
			operation.requests(invocation).forEach((request) -> sorted.putIfAbsent(request.spec().key(), request));
		}
		return sorted.values();
	}

	private static void release(LockLease lease, @Nullable Throwable failure) {
		try {
			lease.release();
		}
		catch (Throwable ex) {
			if (failure != null && failure != ex) {
				failure.addSuppressed(ex);
			}
			else {
				logger.warn("Lock '%s' could not be released; it is freed when its time is over".formatted(lease.key()),
						ex);
			}
		}
	}

}
