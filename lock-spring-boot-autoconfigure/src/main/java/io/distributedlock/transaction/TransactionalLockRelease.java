package io.distributedlock.transaction;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.Printable;
import io.distributedlock.interceptor.LockRelease;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.Assert;
import org.springframework.util.function.SingletonSupplier;

/**
 * Releases locks with regard to a transaction that began before they were taken: not
 * before it has completed, or at once and with a warning.
 * <p>
 * A transaction within the lock has completed already. Internal: to be given to the
 * advisor by the auto-configuration.
 *
 * @since 1.0
 */
public final class TransactionalLockRelease implements LockRelease {

	private static final Log logger = LogFactory.getLog(TransactionalLockRelease.class);

	private final boolean afterCompletion;

	private final SingletonSupplier<TransactionAttributeSource> attributes;

	private final Set<Method> reported = ConcurrentHashMap.newKeySet();

	/**
	 * Create a release.
	 * @param afterCompletion whether a lock is kept until the transaction around it has
	 * completed
	 * @param attributes supplies what is known of the transactions that methods need, or
	 * null. Asked when a method is called inside a transaction for the first time
	 */
	public TransactionalLockRelease(boolean afterCompletion,
			Supplier<? extends @Nullable TransactionAttributeSource> attributes) {
		Assert.notNull(attributes, "'attributes' must not be null");
		this.afterCompletion = afterCompletion;
		this.attributes = SingletonSupplier.ofNullable(attributes::get);
	}

	@Override
	public void release(LockLease lease, MethodInvocation invocation) {
		if (!isInsideTransaction() || isApartFromIt(invocation)) {
			lease.release();
		}
		else if (this.afterCompletion) {
			TransactionSynchronizationManager.registerSynchronization(new ReleaseAfterCompletion(lease));
		}
		else if (lease.release() != ReleaseOutcome.STILL_HELD && !this.reported.contains(invocation.getMethod())) {
			TransactionSynchronizationManager
				.registerSynchronization(new ReportBeforeCommit(lease.key(), invocation.getMethod()));
		}
	}

	@Override
	public void releaseAll(LockLeases leases, MethodInvocation invocation) {
		if (!isInsideTransaction() || isApartFromIt(invocation)) {
			leases.close();
		}
		else {
			LockRelease.super.releaseAll(leases, invocation);
		}
	}

	/**
	 * Return whether there is a transaction that is yet to complete. When only what
	 * follows its completion is left to do, it takes no synchronizations any more.
	 */
	private static boolean isInsideTransaction() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	/**
	 * Return whether the method runs in a transaction of its own, or in none, whatever is
	 * around it.
	 */
	private boolean isApartFromIt(MethodInvocation invocation) {
		TransactionAttributeSource source = this.attributes.get();
		Object target = invocation.getThis();
		TransactionDefinition own = (source != null)
				? source.getTransactionAttribute(invocation.getMethod(), (target != null) ? target.getClass() : null)
				: null;
		return own != null && (own.getPropagationBehavior() == TransactionDefinition.PROPAGATION_REQUIRES_NEW
				|| own.getPropagationBehavior() == TransactionDefinition.PROPAGATION_NOT_SUPPORTED);
	}

	/**
	 * Keeps a lock until the transaction has been committed or rolled back.
	 *
	 * @param lease the lease
	 */
	private record ReleaseAfterCompletion(LockLease lease) implements TransactionSynchronization {

		@Override
		public void afterCompletion(int status) {
			this.lease.release();
		}

	}

	/**
	 * Warns of a lock that is free already when the transaction is about to commit what
	 * was done under it. One that is rolled back, reads only, or had begun to commit
	 * before the lock was taken, does no harm.
	 */
	private final class ReportBeforeCommit implements TransactionSynchronization {

		private final String key;

		private final Method method;

		ReportBeforeCommit(String key, Method method) {
			this.key = key;
			this.method = method;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			if (!readOnly && TransactionalLockRelease.this.reported.add(this.method)) {
				logger.warn(("Lock '%s' was released before the transaction around it commits: others can get the lock "
						+ "and still read the old data. It was taken by %s, which was called inside the transaction%s. "
						+ "Begin the transaction inside the lock, with @Transactional on the locked method and not on "
						+ "its caller, or set 'distributed-lock.transaction.release-after-completion' to true. "
						+ "This is reported once for each method.")
					.formatted(Printable.of(this.key), describe(this.method), describeTransaction()));
			}
		}

		private static String describe(Method method) {
			return method.getDeclaringClass().getName() + "." + method.getName() + "()";
		}

		private static String describeTransaction() {
			String name = TransactionSynchronizationManager.getCurrentTransactionName();
			return (name != null) ? " '" + name + "'" : "";
		}

	}

}
