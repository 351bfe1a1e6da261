package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockFailureHandler;
import io.distributedlock.LockFailureListener;
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

	private transient Supplier<? extends @Nullable LockFailureHandler> failureHandler = () -> null;

	private transient Supplier<List<LockFailureListener>> failureListeners = List::of;

	private transient Map<String, LockOverride> overridesByName = Map.of();

	private @Nullable Duration maxTtl;

	private boolean lenient;

	private boolean logContext;

	private transient @Nullable LockOperationSource source;

	private transient @Nullable LockOverrides overrides;

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

	/**
	 * Set what decides about calls whose locks were not acquired where the annotation
	 * does not.
	 * @param failureHandler supplies the handler or null, at each failure and not before
	 */
	public void setFailureHandler(Supplier<? extends @Nullable LockFailureHandler> failureHandler) {
		Assert.notNull(failureHandler, "'failureHandler' must not be null");
		this.failureHandler = failureHandler;
	}

	/**
	 * Set who is told of calls whose locks were not acquired.
	 * @param failureListeners supplies the listeners, at each failure and not before
	 */
	public void setFailureListeners(Supplier<List<LockFailureListener>> failureListeners) {
		Assert.notNull(failureListeners, "'failureListeners' must not be null");
		this.failureListeners = failureListeners;
	}

	/**
	 * Set whether log messages of locked methods tell key, name and fencing token of
	 * their locks, by the mapped diagnostic context of SLF4J, which must be there.
	 * @param logContext whether to do so
	 */
	public void setLogContext(boolean logContext) {
		this.logContext = logContext;
	}

	/**
	 * Set what the configuration says about locks, instead of their annotations.
	 * @param overrides the overrides by the names of the locks
	 */
	public void setOverrides(Map<String, LockOverride> overrides) {
		this.overridesByName = Map.copyOf(overrides);
	}

	/**
	 * Set the longest time to live of a lock that the store accepts.
	 * @param maxTtl the longest time, or null if there is no limit
	 */
	public void setMaxTtl(@Nullable Duration maxTtl) {
		this.maxTtl = maxTtl;
	}

	/**
	 * Set whether an annotation that cannot work makes the calls of its method fail,
	 * instead of the start of the application.
	 * @param lenient whether the application starts nevertheless
	 */
	public void setLenient(boolean lenient) {
		this.lenient = lenient;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		Assert.isInstanceOf(ConfigurableBeanFactory.class, beanFactory);
		LockOverrides overrides = new LockOverrides(this.overridesByName);
		LockOperationSource source = createSource((ConfigurableBeanFactory) beanFactory, overrides);
		this.source = source;
		this.overrides = overrides;
		this.pointcut = new LockOperationSourcePointcut(source);
		setAdvice(new LockInterceptor(source, new LockFailures(this::failureHandler, () -> this.failureListeners.get()),
				createExecution()));
	}

	private LockExecution createExecution() {
		CallerLocks locks = new CallerLocks(this.lockOperations, this.lockRelease);
		LogContext context = this.logContext ? new MdcLogContext() : LogContext.NONE;
		LockExecution blocking = new BlockingExecution(locks, context);
		return new ExecutionByResult(blocking, new FutureExecution(locks, context),
				LockedResult.REACTOR_PRESENT ? new PublisherExecution(this.lockOperations) : blocking);
	}

	@Override
	public Pointcut getPointcut() {
		Assert.state(this.pointcut != null, "The bean factory must be set first");
		return this.pointcut;
	}

	LockOperationSource source() {
		Assert.state(this.source != null, "The bean factory must be set first");
		return this.source;
	}

	LockOverrides overrides() {
		Assert.state(this.overrides != null, "The bean factory must be set first");
		return this.overrides;
	}

	/**
	 * Return the failure handler, or null if there is none. Fails if there are several.
	 */
	@Nullable LockFailureHandler failureHandler() {
		return this.failureHandler.get();
	}

	private LockOperationSource createSource(ConfigurableBeanFactory beanFactory, LockOverrides overrides) {
		LockKeyExpressionParser keyParser = new LockKeyExpressionParser(new SpelExpressionParser(),
				LockEvaluationContext.shared(beanFactory));
		LockAnnotationParser parser = new LockAnnotationParser(new EmbeddedValueResolver(beanFactory), keyParser,
				overrides, new LockLimits(this.maxTtl));
		return new LockOperationSource(parser, usesClassProxies(beanFactory), this.lenient);
	}

	private static boolean usesClassProxies(BeanFactory beanFactory) {
		return beanFactory.containsBean(AutoProxyUtils.DEFAULT_PROXY_CONFIG_BEAN_NAME)
				&& beanFactory.getBean(AutoProxyUtils.DEFAULT_PROXY_CONFIG_BEAN_NAME, ProxyConfig.class)
					.isProxyTargetClass();
	}

}
