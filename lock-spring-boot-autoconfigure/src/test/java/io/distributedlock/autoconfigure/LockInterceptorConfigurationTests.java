package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.interceptor.BeanFactoryLockOperationSourceAdvisor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link LockInterceptorConfiguration}.
 */
class LockInterceptorConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, DistributedLockAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory");

	private final ApplicationContextRunner probeRunner = this.contextRunner.withBean("probe", LockProbe.class);

	@Test
	void locksAnnotatedMethods() {
		this.probeRunner.run((context) -> assertThatProbeIsLocked(context, false));
	}

	@Test
	void locksWithoutAspectJ() {
		this.probeRunner.withClassLoader(new FilteredClassLoader("org.aspectj"))
			.run((context) -> assertThatProbeIsLocked(context, false));
	}

	@Test
	void locksWhenAopAutoConfigurationIsOff() {
		this.probeRunner.withPropertyValues("spring.aop.auto=false")
			.run((context) -> assertThatProbeIsLocked(context, false));
	}

	@Test
	void locksThroughInterfacesWhenClassProxiesAreOff() {
		this.probeRunner.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> assertThatProbeIsLocked(context, true));
	}

	@Test
	void locksThroughInterfacesWithoutAnyAopAutoConfiguration() {
		this.probeRunner.withPropertyValues("spring.aop.proxy-target-class=false", "spring.aop.auto=false")
			.withClassLoader(new FilteredClassLoader("org.aspectj"))
			.run((context) -> assertThatProbeIsLocked(context, true));
	}

	@Test
	void doesNotInterceptWhenDisabled() {
		this.contextRunner.withPropertyValues("distributed-lock.enabled=false")
			.withBean(WrongAnnotation.class)
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(BeanFactoryLockOperationSourceAdvisor.class);
				assertThat(AopUtils.isAopProxy(context.getBean(WrongAnnotation.class))).isFalse();
			});
	}

	@Test
	void commitsBeforeTheLockIsReleased() {
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class))
			.withBean(TransactionalProbe.class)
			.run((context) -> {
				CompletableFuture<Boolean> freeAfterCommit = new CompletableFuture<>();
				context.getBean(TransactionalProbe.class).run(freeAfterCommit);
				assertThat(freeAfterCommit).isCompletedWithValue(false);
				assertThat(isFree(context.getBean(LockOperations.class))).isTrue();
			});
	}

	@Test
	void orderHasADefault() {
		this.contextRunner.run((context) -> assertThat(context.getBean(BeanFactoryLockOperationSourceAdvisor.class))
			.extracting(BeanFactoryLockOperationSourceAdvisor::getOrder)
			.isEqualTo(new DistributedLockProperties().getAdvisorOrder()));
	}

	@Test
	void orderComesFromTheProperty() {
		this.contextRunner.withPropertyValues("distributed-lock.advisorOrder=42")
			.run((context) -> assertThat(context.getBean(BeanFactoryLockOperationSourceAdvisor.class).getOrder())
				.isEqualTo(42));
	}

	@Test
	void wrongOrderIsExplained() {
		this.contextRunner.withPropertyValues("distributed-lock.advisor-order=first")
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getDescription())
				.contains("Property: distributed-lock.advisor-order")
				.contains("Value: \"first\""));
	}

	@Test
	void wrongAnnotationIsExplained() {
		this.contextRunner.withBean(WrongAnnotation.class).run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context);
			assertThat(analysis.getDescription()).startsWith("The @DistributedLock on ")
				.contains(WrongAnnotation.class.getName() + ".run()")
				.contains("'soon'");
			assertThat(analysis.getAction()).isNotBlank();
		});
	}

	@Test
	void backsOffFromAnAdvisorOfTheApplication() {
		BeanFactoryLockOperationSourceAdvisor own = new BeanFactoryLockOperationSourceAdvisor(() -> {
			throw new IllegalStateException("own");
		});
		this.probeRunner.withBean("own", BeanFactoryLockOperationSourceAdvisor.class, () -> own).run((context) -> {
			assertThat(context).hasSingleBean(BeanFactoryLockOperationSourceAdvisor.class);
			assertThatIllegalStateException().isThrownBy(() -> context.getBean(LockProbe.class).getAsBoolean())
				.withMessage("own");
		});
	}

	@Test
	void infrastructureBeansHaveTheirRole() {
		this.contextRunner.run((context) -> {
			assertThat(role(context, "distributedLockAdvisor")).isEqualTo(BeanDefinition.ROLE_INFRASTRUCTURE);
			assertThat(role(context, LockInterceptorConfiguration.class.getName()))
				.isEqualTo(BeanDefinition.ROLE_INFRASTRUCTURE);
			assertThat(role(context, AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME))
				.isEqualTo(BeanDefinition.ROLE_INFRASTRUCTURE);
			assertThat(role(context, "distributedLockTemplate")).isEqualTo(BeanDefinition.ROLE_APPLICATION);
		});
	}

	private static int role(AssertableApplicationContext context, String beanName) {
		return context.getBeanFactory().getBeanDefinition(beanName).getRole();
	}

	private static void assertThatProbeIsLocked(AssertableApplicationContext context, boolean jdkProxy) {
		BooleanSupplier probe = context.getBean(BooleanSupplier.class);
		assertThat(AopUtils.isJdkDynamicProxy(probe)).isEqualTo(jdkProxy);
		assertThat(probe.getAsBoolean()).as("free while it runs").isFalse();
		assertThat(isFree(context.getBean(LockOperations.class))).as("free afterwards").isTrue();
	}

	private static boolean isFree(LockOperations operations) {
		LockSpec spec = LockSpec.of("probe").withWaitTime(Duration.ZERO);
		return CompletableFuture.supplyAsync(() -> operations.tryAcquire(spec).map((lease) -> {
			lease.release();
			return true;
		}).orElse(false)).join();
	}

	public static class LockProbe implements BooleanSupplier {

		private final LockOperations operations;

		LockProbe(LockOperations operations) {
			this.operations = operations;
		}

		@Override
		@DistributedLock(name = "probe")
		public boolean getAsBoolean() {
			return isFree(this.operations);
		}

	}

	static class TransactionalProbe {

		private final LockOperations operations;

		TransactionalProbe(LockOperations operations) {
			this.operations = operations;
		}

		@Transactional
		@DistributedLock(name = "probe")
		void run(CompletableFuture<Boolean> freeAfterCommit) {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					freeAfterCommit.complete(isFree(TransactionalProbe.this.operations));
				}

			});
		}

	}

	static class WrongAnnotation {

		@DistributedLock(name = "probe", ttl = "soon")
		void run() {
		}

	}

}
