package io.distributedlock.interceptor;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.LockFailureHandler;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.core.PriorityOrdered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LockedBeansVerifier}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockedBeansVerifierTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory");

	@Test
	void acceptsBeansThatAreLocked() {
		this.contextRunner.withUserConfiguration(SoundConfiguration.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(AopUtils.isAopProxy(context.getBean("orders"))).isTrue();
		});
	}

	@Test
	void createsNoBean() {
		this.contextRunner.withUserConfiguration(SoundConfiguration.class)
			.run((context) -> assertThat(context.getBeanFactory().containsSingleton("lazyOrders")).isFalse());
	}

	@Test
	void refusesBeanWithoutProxyBecauseItWasCreatedEarly() {
		this.contextRunner.withUserConfiguration(EarlyConfiguration.class)
			.run((context) -> assertThatStartIsRefused(context, Orders.class.getName() + " (bean 'orders')",
					"The bean has no proxy, so that its methods run without"));
	}

	@Test
	void warnsOfBeanWithoutProxyIfThatIsWanted(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(EarlyConfiguration.class)
			.withPropertyValues("distributed-lock.validation=warn")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).contains("(bean 'orders')").contains("has no proxy");
			});
	}

	@Test
	void refusesWrongAnnotationOfBeanThatIsCreatedLater() {
		this.contextRunner.withUserConfiguration(WrongLazyConfiguration.class)
			.run((context) -> assertThatStartIsRefused(context, WrongOrders.class.getName() + ".run()",
					"Its ttl 'soon' is no duration."));
	}

	@Test
	void refusesWrongAnnotationOfBeanThatIsCreatedForEachUse() {
		this.contextRunner.withUserConfiguration(WrongPrototypeConfiguration.class)
			.run((context) -> assertThatStartIsRefused(context, WrongOrders.class.getName() + ".run()",
					"Its ttl 'soon' is no duration."));
	}

	@Test
	void refusesWrongAnnotationEvenIfAllBeansAreLazy() {
		this.contextRunner.withBean(WrongOrders.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThatStartIsRefused(context, WrongOrders.class.getName() + ".run()",
					"Its ttl 'soon' is no duration."));
	}

	@Test
	void brokenMethodFailsAtEachCallIfTheApplicationIsToStart(CapturedOutput output) {
		this.contextRunner.withBean(WrongOrders.class)
			.withPropertyValues("distributed-lock.validation=warn")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).containsOnlyOnce("Its ttl 'soon' is no duration.");
				WrongOrders orders = context.getBean(WrongOrders.class);
				for (int i = 0; i < 2; i++) {
					assertThatExceptionOfType(InvalidLockDefinitionException.class).isThrownBy(orders::run)
						.satisfies(
								(ex) -> assertThat(ex.getLocation()).isEqualTo(WrongOrders.class.getName() + ".run()"));
				}
			});
	}

	@Test
	void refusesMethodThatAnInterfaceProxyDoesNotHave() {
		this.contextRunner.withBean("orders", InterfaceOrders.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> assertThatStartIsRefused(context,
					InterfaceOrders.class.getName() + ".notDeclared() (bean 'orders')",
					"The proxy of the bean implements its interfaces, none of which declares the method"));
		this.contextRunner.withBean("orders", InterfaceOrders.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void acceptsBeanThatIsWrappedInAnotherProxy() {
		this.contextRunner.withUserConfiguration(WrappingConfiguration.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(AopUtils.isAopProxy(context.getBean("orders"))).isTrue();
		});
	}

	@Test
	void reportsSettingsThatAreThoseOfNoLock(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(SoundConfiguration.class)
			.withPropertyValues("distributed-lock.locks.orders.ttl=10s", "distributed-lock.locks.lazy-orders.ttl=10s",
					"distributed-lock.locks.odrers.ttl=10s")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).containsOnlyOnce("'distributed-lock.locks' has settings for [odrers]")
					.contains("The names are [lazy-orders, orders, produced].");
			});
	}

	@Test
	void reportsNothingIfAllSettingsAreUsed(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(SoundConfiguration.class)
			.withPropertyValues("distributed-lock.locks.orders.ttl=10s")
			.run((context) -> assertThat(output).doesNotContain("has settings for"));
	}

	@Test
	void refusesTwoFailureHandlers() {
		LockFailureHandler handler = (failure, invocation) -> {
			throw failure;
		};
		this.contextRunner.withBean("one", LockFailureHandler.class, () -> handler)
			.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean("one", LockFailureHandler.class, () -> handler)
			.withBean("two", LockFailureHandler.class, () -> handler)
			.run((context) -> assertThat(context).getFailure().isInstanceOf(NoUniqueBeanDefinitionException.class));
	}

	private static void assertThatStartIsRefused(AssertableApplicationContext context, String location,
			String problem) {
		assertThat(context).hasFailed();
		Throwable failure = context.getStartupFailure();
		while (failure != null && !(failure instanceof InvalidLockDefinitionException)) {
			failure = failure.getCause();
		}
		assertThat(failure).isInstanceOfSatisfying(InvalidLockDefinitionException.class, (ex) -> {
			assertThat(ex.getLocation()).isEqualTo(location);
			assertThat(ex.getProblem()).startsWith(problem);
			assertThat(ex.getAction()).isNotBlank();
		});
	}

	static class Orders {

		@DistributedLock(name = "orders")
		void run() {
		}

	}

	static class LazyOrders {

		@DistributedLock(name = "lazy-orders")
		void run() {
		}

	}

	static class WrongOrders {

		@DistributedLock(name = "orders", ttl = "soon")
		void run() {
		}

	}

	static class InterfaceOrders implements Runnable {

		@Override
		@DistributedLock(name = "orders")
		public void run() {
		}

		@DistributedLock(name = "not-declared")
		void notDeclared() {
		}

	}

	interface Produced {

		@DistributedLock(name = "produced")
		void run();

	}

	static class ProducedFactoryBean implements FactoryBean<Produced> {

		@Override
		public Produced getObject() {
			return () -> {
			};
		}

		@Override
		public Class<?> getObjectType() {
			return Produced.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SoundConfiguration {

		@Bean
		Orders orders() {
			return new Orders();
		}

		@Bean
		@Lazy
		LazyOrders lazyOrders() {
			return new LazyOrders();
		}

		@Bean
		ProducedFactoryBean produced() {
			return new ProducedFactoryBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyConfiguration {

		@Bean
		Orders orders() {
			return new Orders();
		}

		@Bean
		static EarlyPostProcessor postProcessor(Orders orders) {
			return new EarlyPostProcessor();
		}

	}

	static class EarlyPostProcessor implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return 0;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WrongLazyConfiguration {

		@Bean
		@Lazy
		WrongOrders wrongOrders() {
			return new WrongOrders();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WrongPrototypeConfiguration {

		@Bean
		@Scope("prototype")
		WrongOrders wrongOrders() {
			return new WrongOrders();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WrappingConfiguration {

		@Bean
		Orders orders() {
			return new Orders();
		}

		@Bean
		static BeanPostProcessor wrapper() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					if (!(bean instanceof Orders)) {
						return bean;
					}
					ProxyFactory factory = new ProxyFactory(bean);
					factory.setProxyTargetClass(true);
					return factory.getProxy();
				}

			};
		}

	}

}
