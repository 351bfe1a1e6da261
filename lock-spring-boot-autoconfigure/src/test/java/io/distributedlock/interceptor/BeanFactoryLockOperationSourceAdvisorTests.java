package io.distributedlock.interceptor;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import org.junit.jupiter.api.Test;

import org.springframework.aop.ClassFilter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link BeanFactoryLockOperationSourceAdvisor}: the order of locks and other
 * advice.
 */
class BeanFactoryLockOperationSourceAdvisorTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(OrderConfiguration.class)
		.withBean(Orders.class);

	@Test
	void releasesLockAfterCommit() {
		this.contextRunner.run((context) -> {
			context.getBean(Orders.class).pay("42");
			assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("lock 42", "begin", "pay",
					"commit", "unlock 42");
		});
	}

	@Test
	void releasesLockAfterRollback() {
		this.contextRunner.run((context) -> {
			assertThatIllegalStateException().isThrownBy(() -> context.getBean(Orders.class).fail("42"))
				.withMessage("failed");
			assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("lock 42", "begin", "rollback",
					"unlock 42");
		});
	}

	@Test
	void beginsNoTransactionWithoutLock() {
		this.contextRunner.run((context) -> {
			RecordingLocks locks = context.getBean(RecordingLocks.class);
			locks.holdElsewhere("42");
			assertThatExceptionOfType(LockNotAcquiredException.class)
				.isThrownBy(() -> context.getBean(Orders.class).pay("42"));
			assertThat(locks.events()).containsExactly("busy 42");
		});
	}

	@Test
	void asksCacheUnderLock() {
		this.contextRunner.run((context) -> {
			assertThat(context.getBean(Orders.class).load("42")).isEqualTo("order 42");
			assertThat(context.getBean(Orders.class).load("42")).isEqualTo("order 42");
			assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("lock 42", "load", "unlock 42",
					"lock 42", "unlock 42");
		});
	}

	@Test
	void takesLockForEachAttempt() {
		this.contextRunner.run((context) -> {
			assertThatExceptionOfType(RuntimeException.class)
				.isThrownBy(() -> context.getBean(Orders.class).failTwice("42"));
			assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("lock 42", "unlock 42",
					"lock 42", "unlock 42");
		});
	}

	@Test
	void runsInsideOfAdviceWithHigherPrecedence() {
		this.contextRunner.withPropertyValues("test.order=" + Ordered.LOWEST_PRECEDENCE).run((context) -> {
			context.getBean(Orders.class).pay("42");
			assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("begin", "lock 42", "pay",
					"unlock 42", "commit");
		});
	}

	@Test
	void hasOrderBeforeTransactionsAndCaches() {
		assertThat(new RecordingLocks().advisor().getOrder()).isEqualTo(Ordered.LOWEST_PRECEDENCE - 100);
	}

	@Test
	void needsLocks() {
		assertThatIllegalArgumentException().isThrownBy(() -> new BeanFactoryLockOperationSourceAdvisor(null))
			.withMessage("'lockOperations' must not be null");
	}

	@Test
	void needsBeanFactory() {
		BeanFactoryLockOperationSourceAdvisor advisor = new BeanFactoryLockOperationSourceAdvisor(RecordingLocks::new);
		assertThatIllegalStateException().isThrownBy(advisor::getPointcut)
			.withMessage("The bean factory must be set first");
	}

	@Test
	void matchesClassesByTheirMethods() {
		ClassFilter classFilter = new RecordingLocks().advisor().getPointcut().getClassFilter();
		assertThat(classFilter.matches(Orders.class)).isTrue();
		assertThat(classFilter.matches(RecordingLocks.class)).isFalse();
	}

	@Configuration(proxyBeanMethods = false)
	@Import(LockAutoProxyRegistrar.class)
	@EnableTransactionManagement
	@EnableCaching
	@EnableResilientMethods
	static class OrderConfiguration {

		@Bean
		RecordingLocks locks() {
			return new RecordingLocks();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static BeanFactoryLockOperationSourceAdvisor advisor(ObjectProvider<LockOperations> lockOperations,
				Environment environment) {
			BeanFactoryLockOperationSourceAdvisor advisor = new BeanFactoryLockOperationSourceAdvisor(
					lockOperations::getObject);
			advisor.setOrder(environment.getProperty("test.order", Integer.class,
					BeanFactoryLockOperationSourceAdvisor.DEFAULT_ORDER));
			return advisor;
		}

		@Bean
		PlatformTransactionManager transactionManager(RecordingLocks locks) {
			return new RecordingTransactionManager(locks);
		}

		@Bean
		CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	static class Orders {

		private final RecordingLocks locks;

		Orders(RecordingLocks locks) {
			this.locks = locks;
		}

		@Transactional
		@DistributedLock(key = "#id")
		void pay(String id) {
			this.locks.record("pay");
		}

		@Transactional
		@DistributedLock(key = "#id")
		void fail(String id) {
			throw new IllegalStateException("failed");
		}

		@Cacheable("orders")
		@DistributedLock(key = "#id")
		String load(String id) {
			this.locks.record("load");
			return "order " + id;
		}

		@Retryable(maxRetries = 1, delay = 0)
		@DistributedLock(key = "#id")
		void failTwice(String id) {
			throw new IllegalStateException("failed");
		}

	}

	@SuppressWarnings("serial")
	static class RecordingTransactionManager extends AbstractPlatformTransactionManager {

		private final RecordingLocks locks;

		RecordingTransactionManager(RecordingLocks locks) {
			this.locks = locks;
		}

		@Override
		protected Object doGetTransaction() {
			return this;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.locks.record("begin");
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.locks.record("commit");
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.locks.record("rollback");
		}

	}

}
