package io.distributedlock.autoconfigure;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.actuate.endpoint.LockDescriptors;
import io.distributedlock.actuate.endpoint.LocksEndpoint;
import io.distributedlock.actuate.endpoint.LocksEndpointWebExtension;
import io.distributedlock.metrics.HotKeys;
import io.distributedlock.metrics.LockStatistics;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LocksEndpointAutoConfiguration}.
 */
class LocksEndpointAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(DistributedLockAutoConfiguration.class, LocksEndpointAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory");

	@Test
	void endpointIsThereIfItIsExposed() {
		this.contextRunner.withPropertyValues("management.endpoints.web.exposure.include=locks")
			.run((context) -> assertThat(context).hasSingleBean(LocksEndpoint.class)
				.hasSingleBean(LocksEndpointWebExtension.class));
	}

	@Test
	void nothingIsThereIfItIsNotExposed() {
		this.contextRunner.run((context) -> assertThat(context).doesNotHaveBean(LocksEndpoint.class)
			.doesNotHaveBean(LockStatistics.class)
			.doesNotHaveBean(HotKeys.class));
	}

	@Test
	void nothingIsThereWithoutAccess() {
		this.contextRunner
			.withPropertyValues("management.endpoints.web.exposure.include=*", "management.endpoint.locks.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(LocksEndpoint.class));
	}

	@Test
	void nothingIsThereWithoutActuator() {
		this.contextRunner.withPropertyValues("management.endpoints.web.exposure.include=*")
			.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean("locksEndpoint");
				context.getBean(LockOperations.class).acquire(LockSpec.of("k")).close();
			});
	}

	@Test
	void nothingIsThereWithoutLocks() {
		this.contextRunner
			.withPropertyValues("management.endpoints.web.exposure.include=*", "distributed-lock.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("locksEndpoint"));
	}

	@Test
	void backsOffWhenTheUserDefinesAnEndpoint() {
		LocksEndpoint own = new LocksEndpoint(null, null);
		this.contextRunner.withPropertyValues("management.endpoints.web.exposure.include=*")
			.withBean(LocksEndpoint.class, () -> own)
			.run((context) -> assertThat(context).getBean(LocksEndpoint.class).isSameAs(own));
	}

	@Test
	void whatItReturnsCanBeSerializedInANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, LocksEndpoint.class);
		for (Class<?> type : LockDescriptors.class.getDeclaredClasses()) {
			assertThat(RuntimeHintsPredicates.reflection().onType(type)).as(type.getSimpleName()).accepts(hints);
		}
	}

	@Test
	void worksOverJmx() {
		overJmx("UNRESTRICTED", (server, name, locks) -> {
			LockLease lease = locks.acquire(LockSpec.of("orders::42"));
			Map<?, ?> instance = (Map<?, ?>) server.invoke(name, "locks", new Object[] { null, null, null, null },
					new String[] { String.class.getName(), String.class.getName(), Integer.class.getName(),
							Integer.class.getName() });
			assertThat(((Map<?, ?>) ((List<?>) instance.get("held")).get(0)).get("key")).isEqualTo("orders::42");
			assertThat(((Map<?, ?>) invoke(server, name, "lock", "orders::42")).get("held")).isEqualTo(true);
			assertThat(((Map<?, ?>) invoke(server, name, "forceRelease", "orders::42")).get("held")).isEqualTo(true);
			assertThat(((Map<?, ?>) invoke(server, name, "lock", "orders::42")).get("held")).isEqualTo(false);
			assertThat(lease.isHeld()).isFalse();
		});
	}

	@Test
	void releasesNothingOverJmxByDefault() {
		overJmx("READ_ONLY", (server, name, locks) -> {
			LockLease lease = locks.acquire(LockSpec.of("k"));
			assertThatExceptionOfType(ReflectionException.class)
				.isThrownBy(() -> invoke(server, name, "forceRelease", "k"));
			assertThat(lease.isHeld()).isTrue();
		});
	}

	private void overJmx(String access, Use use) {
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(JmxAutoConfiguration.class, EndpointAutoConfiguration.class,
					JmxEndpointAutoConfiguration.class, JacksonAutoConfiguration.class))
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=locks",
					"management.endpoint.locks.access=" + access, "spring.jmx.unique-names=true",
					"spring.jmx.default-domain=io.distributedlock.test")
			.run((context) -> {
				MBeanServer server = ManagementFactory.getPlatformMBeanServer();
				ObjectName name = server
					.queryNames(new ObjectName("io.distributedlock.test:type=Endpoint,name=Locks,*"), null)
					.iterator()
					.next();
				use.of(server, name, context.getBean(LockOperations.class));
			});
	}

	private static Object invoke(MBeanServer server, ObjectName name, String operation, String key) throws Exception {
		return server.invoke(name, operation, new Object[] { key }, new String[] { String.class.getName() });
	}

	/**
	 * What a test does.
	 */
	private interface Use {

		void of(MBeanServer server, ObjectName name, LockOperations locks) throws Exception;

	}

}
