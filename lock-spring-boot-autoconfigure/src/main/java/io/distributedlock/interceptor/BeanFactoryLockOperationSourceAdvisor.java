package io.distributedlock.interceptor;

import java.util.function.Supplier;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockOperations;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.ProxyConfig;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AbstractBeanFactoryPointcutAdvisor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.core.Ordered;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.Assert;
import org.springframework.util.function.SingletonSupplier;

/**
 * Advisor that runs {@link DistributedLock @DistributedLock} methods under their locks.
 * Internal: to be defined as an infrastructure bean by the auto-configuration.
 *
 * @since 1.0
 */
public final class BeanFactoryLockOperationSourceAdvisor extends AbstractBeanFactoryPointcutAdvisor {

	/**
	 * The default order: outside transactions and caches, which have the lowest
	 * precedence, so that a transaction is committed before the lock is released.
	 */
	public static final int DEFAULT_ORDER = Ordered.LOWEST_PRECEDENCE - 100;

	private final transient SingletonSupplier<LockOperations> lockOperations;

	private transient LockRelease lockRelease = LockRelease.IMMEDIATE;

	private transient @Nullable Pointcut pointcut;

	/**
	 * Create an advisor.
	 * @param lockOperations the locks, asked for at the first locked call and not before
	 */
	public BeanFactoryLockOperationSourceAdvisor(Supplier<? extends LockOperations> lockOperations) {
		Assert.notNull(lockOperations, "'lockOperations' must not be null");
		this.lockOperations = SingletonSupplier.of(lockOperations::get);
		setOrder(DEFAULT_ORDER);
	}

	/**
	 * Set what is done with a lock when the body of its method has ended. The default is
	 * to release it at once.
	 * @param lockRelease the release
	 */
	public void setLockRelease(LockRelease lockRelease) {
		Assert.notNull(lockRelease, "'lockRelease' must not be null");
		this.lockRelease = lockRelease;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		Assert.isInstanceOf(ConfigurableBeanFactory.class, beanFactory);
		LockOperationSource source = createSource((ConfigurableBeanFactory) beanFactory);
		this.pointcut = new LockOperationSourcePointcut(source);
		setAdvice(new LockInterceptor(source, this.lockOperations, this.lockRelease));
	}

	@Override
	public Pointcut getPointcut() {
		Assert.state(this.pointcut != null, "The bean factory must be set first");
		return this.pointcut;
	}

	private static LockOperationSource createSource(ConfigurableBeanFactory beanFactory) {
		LockKeyExpressionParser keyParser = new LockKeyExpressionParser(new SpelExpressionParser(),
				LockEvaluationContext.shared(beanFactory));
		LockAnnotationParser parser = new LockAnnotationParser(new EmbeddedValueResolver(beanFactory), keyParser);
		return new LockOperationSource(parser, usesClassProxies(beanFactory));
	}

	private static boolean usesClassProxies(BeanFactory beanFactory) {
		return beanFactory.containsBean(AutoProxyUtils.DEFAULT_PROXY_CONFIG_BEAN_NAME)
				&& beanFactory.getBean(AutoProxyUtils.DEFAULT_PROXY_CONFIG_BEAN_NAME, ProxyConfig.class)
					.isProxyTargetClass();
	}

}
