package io.distributedlock.interceptor;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.LockOperations;
import org.junit.jupiter.api.Test;

import org.springframework.aop.aspectj.annotation.AnnotationAwareAspectJAutoProxyCreator;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.autoproxy.InfrastructureAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link LockAutoProxyRegistrar} with
 * {@link BeanFactoryLockOperationSourceAdvisor} in an application context.
 */
class LockAutoProxyRegistrarTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(LockConfiguration.class);

	@Test
	void locksWithoutAnyOtherProxyCreator() {
		this.contextRunner.withBean(Jobs.class).run((context) -> {
			assertThat(context.getBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME))
				.isExactlyInstanceOf(InfrastructureAdvisorAutoProxyCreator.class);
			assertThatJobIsLocked(context);
			assertThat(AopUtils.isCglibProxy(context.getBean(Jobs.class))).isTrue();
		});
	}

	@Test
	void locksWithoutAspectJ() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.aspectj"))
			.withBean(Jobs.class)
			.run(LockAutoProxyRegistrarTests::assertThatJobIsLocked);
	}

	@Test
	void locksWithAspectJ() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
			.withBean(Jobs.class)
			.run((context) -> {
				assertThat(context.getBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME))
					.isExactlyInstanceOf(AnnotationAwareAspectJAutoProxyCreator.class);
				assertThatJobIsLocked(context);
			});
	}

	@Test
	void locksWhenAopAutoConfigurationIsOff() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
			.withPropertyValues("spring.aop.auto=false")
			.withBean(Jobs.class)
			.run((context) -> {
				assertThat(context.getBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME))
					.isExactlyInstanceOf(InfrastructureAdvisorAutoProxyCreator.class);
				assertThatJobIsLocked(context);
			});
	}

	@Test
	void proxiesInterfacesWhenClassProxiesAreOff() {
		this.contextRunner.withPropertyValues("spring.aop.proxy-target-class=false")
			.withBean(FinalJob.class)
			.run((context) -> {
				Runnable job = context.getBean(Runnable.class);
				assertThat(AopUtils.isJdkDynamicProxy(job)).isTrue();
				job.run();
				assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("lock job", "unlock job");
			});
	}

	@Test
	void refusesFinalMethodOfInterfaceWithClassProxies() {
		this.contextRunner.withBean(FinalJob.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidLockDefinitionException.class)
				.hasMessageContaining("The method is final"));
	}

	@Test
	void doesNotStartWithWrongDefinitionOfAnyMethodBehindInterfaceProxy() {
		this.contextRunner.withPropertyValues("spring.aop.proxy-target-class=false")
			.withBean(WrongJobs.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidLockDefinitionException.class)
				.hasMessage("Invalid @DistributedLock on " + WrongJobs.class.getName() + ".compareTo(Object): "
						+ "Its key '#other' uses '#other', which is no parameter of the method. "
						+ "Use one of #p0, #a0, #object, #root."));
	}

	@Test
	void resolvesPropertiesOfTheApplication() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class))
			.withPropertyValues("jobs.name=nightly")
			.withBean(ConfiguredJobs.class)
			.run((context) -> {
				context.getBean(ConfiguredJobs.class).run();
				assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("lock nightly",
						"unlock nightly");
			});
	}

	@Test
	void doesNotStartWhenPropertyIsMissing() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class))
			.withBean(ConfiguredJobs.class)
			.run((context) -> assertThat(context).getFailure()
				.cause()
				.isInstanceOf(InvalidLockDefinitionException.class)
				.hasMessageContaining("Its name '${jobs.name}' cannot be resolved."));
	}

	@Test
	void doesNotStartWhenPropertyIsMissingAndPlaceholdersAreLenient() {
		this.contextRunner.withBean(ConfiguredJobs.class)
			.run((context) -> assertThat(context).getFailure()
				.cause()
				.isInstanceOf(InvalidLockDefinitionException.class)
				.hasMessageContaining("Its name '${jobs.name}' cannot be resolved."));
	}

	@Test
	void asksForLocksAtFirstCall() {
		new ApplicationContextRunner().withUserConfiguration(NoLocksConfiguration.class)
			.withBean(Jobs.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Jobs jobs = context.getBean(Jobs.class);
				assertThatIllegalStateException().isThrownBy(jobs::run).withMessage("Too early");
			});
	}

	@Test
	void infrastructureBeansHaveTheirRole() {
		this.contextRunner.run((context) -> {
			for (String name : new String[] { "advisor", AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME }) {
				assertThat(context.getBeanFactory().getBeanDefinition(name).getRole())
					.isEqualTo(BeanDefinition.ROLE_INFRASTRUCTURE);
			}
		});
	}

	private static void assertThatJobIsLocked(AssertableApplicationContext context) {
		context.getBean(Jobs.class).run();
		assertThat(context.getBean(RecordingLocks.class).events()).containsExactly("lock job", "unlock job");
	}

	@Configuration(proxyBeanMethods = false)
	@Import(LockAutoProxyRegistrar.class)
	static class LockConfiguration {

		@Bean
		RecordingLocks locks() {
			return new RecordingLocks();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static BeanFactoryLockOperationSourceAdvisor advisor(ObjectProvider<LockOperations> lockOperations) {
			return new BeanFactoryLockOperationSourceAdvisor(lockOperations::getObject);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(LockAutoProxyRegistrar.class)
	static class NoLocksConfiguration {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static BeanFactoryLockOperationSourceAdvisor advisor() {
			return new BeanFactoryLockOperationSourceAdvisor(() -> {
				throw new IllegalStateException("Too early");
			});
		}

	}

	public static class Jobs implements Runnable {

		@Override
		@DistributedLock(name = "job")
		public void run() {
		}

	}

	static class FinalJob implements Runnable {

		@Override
		@DistributedLock(name = "job")
		public final void run() {
		}

	}

	static class ConfiguredJobs {

		@DistributedLock(name = "${jobs.name}")
		void run() {
		}

	}

	static class WrongJobs implements Runnable, Comparable<Object> {

		@Override
		@DistributedLock(name = "job")
		public void run() {
		}

		@Override
		@DistributedLock(key = "#other")
		public int compareTo(Object object) {
			return 0;
		}

	}

}
