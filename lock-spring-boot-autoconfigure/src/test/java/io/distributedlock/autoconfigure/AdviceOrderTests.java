package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for the order of the lock among other advice of Spring on the same method, as the
 * documentation has it.
 */
@Timeout(30)
class AdviceOrderTests {

	private final List<String> events = new CopyOnWriteArrayList<>();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class,
				DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
				TransactionManagerCustomizationAutoConfiguration.class, TransactionAutoConfiguration.class))
		.withUserConfiguration(Annotations.class)
		.withBean("events", Events.class, () -> new Events(this.events))
		.withBean(Service.class);

	@Test
	void transactionIsInsideTheLock() {
		run((service) -> {
			service.transactional();
			assertThat(this.events).containsExactly("lock", "begin", "body", "commit", "release");
		});
	}

	@Test
	void transactionThatFailsIsInsideTheLock() {
		run((service) -> {
			assertThatIllegalStateException().isThrownBy(service::failingTransactional);
			assertThat(this.events).containsExactly("lock", "begin", "body", "rollback", "release");
		});
	}

	@Test
	void transactionWithALowerOrderThanTheLockIsOutside() {
		this.contextRunner.withUserConfiguration(TransactionsOutside.class).run((context) -> {
			context.getBean(Service.class).transactional();
			assertThat(this.events).containsExactly("begin", "lock", "body", "release", "commit");
		});
	}

	@Test
	void lockIsTakenAndReleasedForEachAttemptOfARetry() {
		run((service) -> {
			service.retryable();
			assertThat(this.events).containsExactly("lock", "body", "release", "lock", "body", "release", "lock",
					"body", "release");
		});
	}

	@Test
	void lockThatIsNotAcquiredIsRetried() {
		run((service) -> {
			assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(service::busyRetryable);
			assertThat(this.events).containsExactly("busy", "busy", "busy");
		});
	}

	@Test
	void lockIsTakenOnceTheConcurrencyLimitHasLetTheCallIn() {
		run((service) -> {
			CountDownLatch end = new CountDownLatch(1);
			Thread first = new Thread(() -> service.limited(end));
			first.start();
			awaitEvents("lock", "body");
			Thread second = new Thread(() -> service.limited(end));
			second.start();
			Awaitility.await().until(() -> second.getState() == Thread.State.WAITING);
			assertThat(this.events).containsExactly("lock", "body");
			end.countDown();
			first.join();
			second.join();
			assertThat(this.events).containsExactly("lock", "body", "release", "lock", "body", "release");
		});
	}

	@Test
	void hitOfTheCacheIsInsideTheLock() {
		run((service) -> {
			assertThat(service.cacheable()).isEqualTo(service.cacheable()).isEqualTo("cached");
			assertThat(this.events).containsExactly("lock", "body", "release", "lock", "release");
		});
	}

	@Test
	void eachAttemptOfARetryHasALockAndATransactionOfItsOwn() {
		run((service) -> {
			service.retryableTransactional();
			assertThat(this.events).containsExactly("lock", "begin", "body", "rollback", "release", "lock", "begin",
					"body", "commit", "release");
		});
	}

	private void run(Scenario scenario) {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			scenario.run(context.getBean(Service.class));
		});
	}

	private void awaitEvents(String... expected) {
		Awaitility.await().untilAsserted(() -> assertThat(this.events).containsExactly(expected));
	}

	private interface Scenario {

		void run(Service service) throws Exception;

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	@EnableResilientMethods
	static class Annotations {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(order = 0)
	static class TransactionsOutside {

	}

	/**
	 * Locks and a listener of transactions that record what happens.
	 */
	static class Events implements LockOperations, TransactionExecutionListener {

		private final List<String> events;

		Events(List<String> events) {
			this.events = events;
		}

		void body() {
			this.events.add("body");
		}

		@Override
		public LockLease acquire(LockSpec spec) {
			if (spec.key().equals("busy")) {
				this.events.add("busy");
				throw new LockNotAcquiredException(spec.key(), Duration.ZERO, null);
			}
			this.events.add("lock");
			LockLease lease = mock(LockLease.class);
			given(lease.key()).willReturn(spec.key());
			given(lease.release()).will((invocation) -> {
				this.events.add("release");
				return ReleaseOutcome.RELEASED;
			});
			return lease;
		}

		@Override
		public Optional<LockLease> tryAcquire(LockSpec spec) {
			return Optional.of(acquire(spec));
		}

		@Override
		public CompletableFuture<LockLease> acquireAsync(LockSpec spec) {
			return CompletableFuture.completedFuture(acquire(spec));
		}

		@Override
		public CompletableFuture<Optional<LockLease>> tryAcquireAsync(LockSpec spec) {
			return CompletableFuture.completedFuture(tryAcquire(spec));
		}

		@Override
		public void ensureNoneLost() {
		}

		@Override
		public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
			this.events.add("begin");
		}

		@Override
		public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
			this.events.add("commit");
		}

		@Override
		public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
			this.events.add("rollback");
		}

	}

	static class Service {

		private final Events events;

		private final AtomicInteger attempts = new AtomicInteger();

		Service(Events events) {
			this.events = events;
		}

		@DistributedLock(name = "service")
		@Transactional
		void transactional() {
			this.events.body();
		}

		@DistributedLock(name = "service")
		@Transactional
		void failingTransactional() {
			this.events.body();
			throw new IllegalStateException("body");
		}

		@DistributedLock(name = "service")
		@Retryable(maxRetries = 2, delay = 0)
		void retryable() {
			this.events.body();
			failAttempts(2);
		}

		@DistributedLock(name = "service")
		@Retryable(maxRetries = 2, delay = 0)
		@Transactional
		void retryableTransactional() {
			this.events.body();
			failAttempts(1);
		}

		@DistributedLock(name = "busy")
		@Retryable(maxRetries = 2, delay = 0)
		void busyRetryable() {
			this.events.body();
		}

		@DistributedLock(name = "service")
		@ConcurrencyLimit(1)
		void limited(CountDownLatch end) {
			this.events.body();
			await(end);
		}

		@DistributedLock(name = "service")
		@Cacheable("cache")
		String cacheable() {
			this.events.body();
			return "cached";
		}

		private void failAttempts(int failures) {
			if (this.attempts.incrementAndGet() <= failures) {
				throw new IllegalStateException("attempt");
			}
		}

		private static void await(CountDownLatch end) {
			try {
				assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
