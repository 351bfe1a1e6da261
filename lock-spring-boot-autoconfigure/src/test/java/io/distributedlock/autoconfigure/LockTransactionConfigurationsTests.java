package io.distributedlock.autoconfigure;

import java.time.Duration;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.interceptor.LockRelease;
import io.distributedlock.transaction.CommitGuardPostProcessor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LockTransactionConfigurations}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockTransactionConfigurationsTests {

	private static final LockSpec HARD = LockSpec.of("hard").withTtl(Duration.ofMillis(100)).withRenew(false);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory");

	private final ApplicationContextRunner databaseRunner = this.contextRunner
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class));

	@Test
	void guardsTheTransactionManagerOfSpringBoot(CapturedOutput output) {
		this.databaseRunner.run((context) -> assertThat(isGuarded(context)).isTrue());
		assertThat(output).doesNotContain("not eligible for getting processed by all BeanPostProcessors");
	}

	@Test
	void guardsMethodWithBothAnnotations() {
		this.databaseRunner.withBean(Both.class)
			.run((context) -> assertThatExceptionOfType(LockLostException.class)
				.isThrownBy(() -> context.getBean(Both.class).run())
				.withMessageContaining("Both.run'")
				.withMessageContaining("rolled back"));
	}

	@Test
	void guardsTransactionManagersOfTheApplication() {
		this.contextRunner.withBean(PlatformTransactionManager.class, OwnTransactionManager::new)
			.run((context) -> assertThat(isGuarded(context)).isTrue());
	}

	@Test
	void guardsTransactionManagersThatFactoryBeansCreate() {
		this.contextRunner.withBean(TransactionManagerFactoryBean.class)
			.run((context) -> assertThat(isGuarded(context)).isTrue());
	}

	@Test
	void guardsOnce() {
		this.contextRunner.withBean(OwnTransactionManager.class)
			.run((context) -> assertThat(
					context.getBean(OwnTransactionManager.class).getTransactionExecutionListeners())
				.hasSize(1));
	}

	@Test
	void guardsWithLocksOfTheApplication() {
		LockOperations own = mock(LockOperations.class);
		willThrow(new LockLostException("key", "own")).given(own).ensureNoneLost();
		this.contextRunner.withBean(LockOperations.class, () -> own)
			.withBean(OwnTransactionManager.class)
			.run((context) -> assertThatExceptionOfType(LockLostException.class)
				.isThrownBy(() -> new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
					.executeWithoutResult((status) -> {
					}))
				.withMessageEndingWith("own"));
	}

	@Test
	void doesNotGuardIfTheApplicationSaysSo() {
		this.databaseRunner.withPropertyValues("distributed-lock.transaction.commit-guard=false").run((context) -> {
			assertThat(context).doesNotHaveBean(CommitGuardPostProcessor.class);
			assertThat(isGuarded(context)).isFalse();
		});
	}

	@Test
	void locksWithoutTransactionSupport() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.transaction"))
			.run((context) -> {
				assertThat(context).hasNotFailed()
					.doesNotHaveBean("distributedLockCommitGuard")
					.doesNotHaveBean(LockRelease.class);
				assertThat(context.getBean(LockOperations.class).execute(LockSpec.of("key"), LockLease::isHeld))
					.isTrue();
			});
	}

	@Test
	void backsOffFromAReleaseOfTheApplication() {
		LockRelease own = mock(LockRelease.class);
		this.contextRunner.withBean(LockRelease.class, () -> own).withBean(Locked.class).run((context) -> {
			assertThat(context).hasSingleBean(LockRelease.class);
			context.getBean(Locked.class).run();
			then(own).should().release(any(), any());
		});
	}

	@Test
	void wrongPropertyIsExplained() {
		this.contextRunner.withPropertyValues("distributed-lock.transaction.release-after-completion=later")
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getDescription())
				.contains("Property: distributed-lock.transaction.release-after-completion")
				.contains("Value: \"later\""));
	}

	private static boolean isGuarded(AssertableApplicationContext context) {
		TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		try (LockLease lease = context.getBean(LockOperations.class).acquire(HARD)) {
			awaitLost(lease);
			transaction.executeWithoutResult((status) -> {
			});
			return false;
		}
		catch (LockLostException ex) {
			return true;
		}
	}

	private static void awaitLost(LockLease lease) {
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
	}

	static class Locked {

		@DistributedLock(name = "locked")
		void run() {
		}

	}

	static class Both {

		private final LockOperations locks;

		Both(LockOperations locks) {
			this.locks = locks;
		}

		@DistributedLock(name = "both", ttl = "100ms", renew = "false")
		@Transactional
		void run() {
			try (LockLease lease = this.locks.acquire(LockSpec.of("both"))) {
				awaitLost(lease);
			}
		}

	}

	static class OwnTransactionManager extends AbstractPlatformTransactionManager {

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

	static class TransactionManagerFactoryBean implements FactoryBean<PlatformTransactionManager> {

		@Override
		public PlatformTransactionManager getObject() {
			return new OwnTransactionManager();
		}

		@Override
		public Class<?> getObjectType() {
			return PlatformTransactionManager.class;
		}

	}

}
