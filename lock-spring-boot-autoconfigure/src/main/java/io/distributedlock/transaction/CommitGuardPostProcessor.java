package io.distributedlock.transaction;

import io.distributedlock.LockOperations;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.transaction.ConfigurableTransactionManager;

/**
 * Puts the commit guard between all locks and all transaction managers of an application:
 * a transaction is rolled back with a {@link io.distributedlock.LockLostException} if its
 * thread has lost a lock and not yet released it.
 * <p>
 * Draws in no bean, neither the locks nor a transaction manager, and comes first, so that
 * none is missed. Internal: to be defined as an infrastructure bean by the
 * auto-configuration.
 *
 * @since 1.0
 */
public final class CommitGuardPostProcessor implements BeanPostProcessor, PriorityOrdered {

	private final CommitGuard guard = new CommitGuard();

	/**
	 * Sees beans before they are wrapped in proxies, which may hide what they are.
	 */
	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		return guard(bean);
	}

	/**
	 * Sees what factory beans create.
	 */
	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return guard(bean);
	}

	private Object guard(Object bean) {
		if (bean instanceof ConfigurableTransactionManager transactionManager
				&& !transactionManager.getTransactionExecutionListeners().contains(this.guard)) {
			transactionManager.addListener(this.guard);
		}
		if (bean instanceof LockOperations locks) {
			this.guard.add(locks);
		}
		return bean;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
