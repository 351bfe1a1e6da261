package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockFailure;
import io.distributedlock.LockFailureHandler;
import io.distributedlock.LockFailureListener;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import io.distributedlock.OnLost;
import io.distributedlock.OnStoreFailure;
import io.distributedlock.interceptor.BeanFactoryLockOperationSourceAdvisor;
import io.distributedlock.interceptor.LockOverride;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;

import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link LockInterceptorConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
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
	void settingsOfALockOverrideItsAnnotation() {
		this.probeRunner
			.withPropertyValues("distributed-lock.locks.probe.ttl=7s", "distributed-lock.locks.probe.wait-time=1s",
					"distributed-lock.locks.probe.renew=false", "distributed-lock.locks.probe.max-hold=8s",
					"distributed-lock.locks.probe.min-hold=2s", "distributed-lock.locks.probe.fair=true",
					"distributed-lock.locks.probe.on-contention=throw",
					"distributed-lock.locks.probe.on-store-failure=proceed-unlocked",
					"distributed-lock.locks.probe.on-lost=interrupt", "distributed-lock.locks.probe.enabled=true")
			.run((context) -> assertThat(context.getBean(BeanFactoryLockOperationSourceAdvisor.class))
				.extracting("overridesByName", InstanceOfAssertFactories.MAP)
				.containsOnly(Map.entry("probe",
						new LockOverride(true, Duration.ofSeconds(7), Duration.ofSeconds(1), false,
								Duration.ofSeconds(8), Duration.ofSeconds(2), true, OnContention.THROW,
								OnStoreFailure.PROCEED_UNLOCKED, OnLost.INTERRUPT))));
	}

	@Test
	void settingsOfALockTakeEffect() {
		this.probeRunner.withPropertyValues("distributed-lock.locks.probe.min-hold=5s").run((context) -> {
			assertThat(context.getBean(LockProbe.class).getAsBoolean()).isFalse();
			assertThat(isFree(context.getBean(LockOperations.class))).as("kept afterwards").isFalse();
		});
	}

	@ParameterizedTest
	@CsvSource({ "DISTRIBUTEDLOCK_LOCKS_DAILYREPORT_TTL,7s", "DISTRIBUTEDLOCK_LOCKS_DAILYREPORT_MAXHOLD,7s",
			"DISTRIBUTED_LOCK_LOCKS_DAILYREPORT_TTL,20s" })
	void settingOfALockIsFoundInTheEnvironmentWithoutTheDashOfThePrefix(String variable, String ttl) {
		this.contextRunner.withBean(DailyReport.class)
			.withInitializer((context) -> setEnvironment(context, Map.of(variable, "7s")))
			.run((context) -> assertThat(context.getBean(DailyReport.class).remainingValidity())
				.isLessThanOrEqualTo(DurationStyle.detectAndParse(ttl))
				.isGreaterThan(DurationStyle.detectAndParse(ttl).dividedBy(2)));
	}

	private static void setEnvironment(ConfigurableApplicationContext context, Map<String, Object> variables) {
		String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		context.getEnvironment()
			.getPropertySources()
			.replace(name, new SystemEnvironmentPropertySource(name, variables));
	}

	@Test
	void disabledLockIsNotTakenAndThereIsOneWarning(CapturedOutput output) {
		this.probeRunner.withPropertyValues("distributed-lock.locks.probe.enabled=false").run((context) -> {
			LockProbe probe = context.getBean(LockProbe.class);
			assertThat(probe.getAsBoolean()).as("free while it runs").isTrue();
			assertThat(probe.getAsBoolean()).as("free while it runs").isTrue();
			assertThat(output).containsOnlyOnce("Methods with lock 'probe' run WITHOUT it because "
					+ "'distributed-lock.locks.probe.enabled' is false");
		});
	}

	@ParameterizedTest
	@CsvSource({ "ttl,99ms,100ms", "wait-time,-1s,0ms", "max-hold,0,100ms", "min-hold,99ms,100ms", "ttl,366d,100ms" })
	void settingOfALockThatIsOutOfRangeIsExplained(String property, String value, String min) {
		String name = "distributed-lock.locks.probe." + property;
		this.probeRunner.withPropertyValues(name + "=" + value).run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context, name + "=" + value);
			assertThat(analysis.getDescription()).contains(name).contains("It must be from " + min + " to 365d.");
		});
	}

	@Test
	void settingOfALockThatCannotBeReadIsExplained() {
		this.probeRunner.withPropertyValues("distributed-lock.locks.probe.ttl=soon")
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getDescription())
				.contains("Property: distributed-lock.locks.probe.ttl")
				.contains("Value: \"soon\""));
	}

	@Test
	void longestTimeToLiveOfTheQuorumIsKnownToTheAnnotations() {
		this.contextRunner.withBean(LongTtl.class)
			.withPropertyValues(
					"distributed-lock.redlock.nodes=redis://127.0.0.1:1,redis://127.0.0.1:2,redis://127.0.0.1:3",
					"distributed-lock.redlock.max-ttl=40s")
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getDescription())
				.contains("Its ttl is PT1M, but the store keeps no lock for longer than PT40S."));
		this.contextRunner.withBean(LongTtl.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void logContextIsOffByDefaultAndCanBeSwitchedOn() {
		this.contextRunner.withBean(LoggingProbe.class)
			.run((context) -> assertThat(context.getBean(LoggingProbe.class).lockKey()).isNull());
		this.contextRunner.withBean(LoggingProbe.class)
			.withPropertyValues("distributed-lock.mdc=true")
			.run((context) -> assertThat(context.getBean(LoggingProbe.class).lockKey()).isEqualTo("logged"));
	}

	@Test
	void logContextNeedsSlf4j() {
		this.contextRunner.withPropertyValues("distributed-lock.mdc=true")
			.withClassLoader(new FilteredClassLoader("org.slf4j.MDC"))
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getDescription())
				.contains("distributed-lock.mdc")
				.contains("It needs SLF4J, which is not on the classpath."));
		this.probeRunner.withClassLoader(new FilteredClassLoader("org.slf4j.MDC"))
			.run((context) -> assertThatProbeIsLocked(context, false));
	}

	@Test
	void handlerAndListenersOfFailuresAreBeans() {
		List<LockFailure> failures = new ArrayList<>();
		this.contextRunner.withBean(BusyProbe.class)
			.withBean(LockFailureHandler.class, () -> (failure, invocation) -> "handled")
			.withBean("one", LockFailureListener.class, () -> failures::add)
			.withBean("two", LockFailureListener.class, () -> failures::add)
			.run((context) -> {
				LockOperations operations = context.getBean(LockOperations.class);
				LockLease held = CompletableFuture.supplyAsync(() -> operations.acquire(LockSpec.of("busy"))).join();
				assertThat(context.getBean(BusyProbe.class).run()).isEqualTo("handled");
				held.release();
				assertThat(failures).hasSize(2).first().satisfies((failure) -> {
					assertThat(failure.lockName()).isEqualTo("busy");
					assertThat(failure.outcome()).isEqualTo(LockFailure.Outcome.HANDLED);
				});
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

	static class DailyReport {

		@DistributedLock(name = "daily-report", ttl = "20s")
		Duration remainingValidity() {
			return LockLease.current().orElseThrow().remainingValidity();
		}

	}

	static class LongTtl {

		@DistributedLock(name = "probe", ttl = "1m")
		void run() {
		}

	}

	static class LoggingProbe {

		@DistributedLock(name = "logged")
		@Nullable String lockKey() {
			return MDC.get("lock.key");
		}

	}

	static class BusyProbe {

		@DistributedLock(name = "busy", waitTime = "0")
		Object run() {
			return "done";
		}

	}

}
