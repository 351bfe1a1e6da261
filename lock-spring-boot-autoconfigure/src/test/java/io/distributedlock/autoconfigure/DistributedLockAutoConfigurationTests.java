package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.memory.MemoryLockStore;
import io.distributedlock.redis.RedisLockStore;
import io.distributedlock.redis.RedisLockTemplate;
import io.distributedlock.redis.RequiredReplicas;
import io.distributedlock.store.LockStore;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.scheduling.annotation.EnableScheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.mock;

/**
 * Tests for {@link DistributedLockAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class DistributedLockAutoConfigurationTests {

	private static final String CLOSED_PORT = "spring.data.redis.url=redis://127.0.0.1:1";

	private final ApplicationContextRunner withoutLocks = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, DataRedisAutoConfiguration.class,
				DataRedisReactiveAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
				TaskSchedulingAutoConfiguration.class))
		.withPropertyValues(CLOSED_PORT);

	private final ApplicationContextRunner contextRunner = this.withoutLocks
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class));

	private final ApplicationContextRunner memoryRunner = this.contextRunner
		.withPropertyValues("distributed-lock.store=memory");

	@Test
	void isListedForSpringBootAndTheListIsSorted() {
		ImportCandidates candidates = ImportCandidates.load(AutoConfiguration.class, null);
		assertThat(candidates.getCandidates()).filteredOn((name) -> name.startsWith("io.distributedlock."))
			.contains(DistributedLockAutoConfiguration.class.getName())
			.isSorted()
			.doesNotHaveDuplicates();
	}

	@Test
	void comesAfterTheConnectionFactory() {
		AutoConfiguration annotation = DistributedLockAutoConfiguration.class.getAnnotation(AutoConfiguration.class);
		assertThat(annotation.afterName()).containsExactly(DataRedisAutoConfiguration.class.getName());
	}

	@Test
	void locksOnRedisByDefault() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(LockOperations.class)
				.hasSingleBean(RedisLockTemplate.class)
				.hasSingleBean(LockStore.class)
				.hasSingleBean(RedisLockStore.class);
			assertThat(context).getBean(LockSettings.class).isEqualTo(LockSettings.defaults());
			assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
				.isSameAs(context.getBean(RedisConnectionFactory.class));
			assertThat(context.getBean(LockTemplate.class)).extracting("store", "settings")
				.containsExactly(context.getBean(LockStore.class), context.getBean(LockSettings.class));
		});
	}

	@Test
	void addsNothingToTheContextButItsOwnBeans() {
		ApplicationContextRunner before = this.withoutLocks.withUserConfiguration(SchedulingConfiguration.class);
		ApplicationContextRunner after = this.contextRunner.withUserConfiguration(SchedulingConfiguration.class);
		Set<String> added = new TreeSet<>();
		after.run((context) -> added.addAll(Set.of(context.getBeanDefinitionNames())));
		before.run((context) -> {
			assertThat(context).hasBean("taskScheduler").hasBean("applicationTaskExecutor");
			assertThat(added).contains(context.getBeanDefinitionNames());
			added.removeAll(Set.of(context.getBeanDefinitionNames()));
		});
		assertThat(added).contains("distributedLockAdvisor", "distributedLockTemplate")
			.filteredOn((name) -> !name.startsWith("io.distributedlock.") && !name.startsWith("distributed-lock-"))
			.allMatch((name) -> name.startsWith("distributedLock"));
	}

	@Test
	void leavesTheRedisBeansOfTheApplicationAlone() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(RedisConnectionFactory.class);
			LettuceConnectionFactory connectionFactory = context.getBean(LettuceConnectionFactory.class);
			assertThat(connectionFactory).isExactlyInstanceOf(LettuceConnectionFactory.class);
			assertThat(context.getBean(StringRedisTemplate.class).getConnectionFactory()).isSameAs(connectionFactory);
			assertThat(context.getBean("redisTemplate")).extracting("connectionFactory").isSameAs(connectionFactory);
			assertThat(connectionFactory.getClientConfiguration().getClientOptions())
				.hasValueSatisfying((options) -> assertThat(options.getDisconnectedBehavior())
					.isEqualTo(ClientOptions.DEFAULT_DISCONNECTED_BEHAVIOR));
		});
	}

	@Test
	void locksInMemoryIfToldSo(CapturedOutput output) {
		this.memoryRunner.run((context) -> {
			assertThat(context).hasSingleBean(MemoryLockStore.class).hasSingleBean(LockStore.class);
			assertThat(context.getBean(LockOperations.class)).isExactlyInstanceOf(LockTemplate.class);
			assertThat(lock(context)).isTrue();
		});
		assertThat(output).containsOnlyOnce("Locks are NOT distributed because 'distributed-lock.store' is 'memory'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.lettuce", "org.springframework.data.redis" })
	void locksInMemoryWithoutRedisOnTheClasspath(String missingPackage) {
		this.memoryRunner.withClassLoader(new FilteredClassLoader(missingPackage)).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(MemoryLockStore.class);
			assertThat(lock(context)).isTrue();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.lettuce", "org.springframework.data.redis" })
	void withoutRedisOnTheClasspathTellsWhatToAdd(String missingPackage) {
		this.contextRunner.withClassLoader(new FilteredClassLoader(missingPackage)).run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context);
			assertThat(analysis.getDescription()).isEqualTo("Locks are to be kept in Redis, but Spring Data Redis "
					+ "and Lettuce are not both on the classpath.");
			assertThat(analysis.getAction()).startsWith("Add the dependency ")
				.contains("'org.springframework.boot:spring-boot-starter-data-redis'")
				.contains("set 'distributed-lock.store' to 'memory'");
		});
	}

	@Test
	void backsOffFromSettingsOfTheApplication() {
		LockSettings settings = new LockSettings("own", Duration.ofSeconds(1), Duration.ZERO, false, ReleaseMode.ASYNC,
				Duration.ofSeconds(2), Duration.ofSeconds(3), 0);
		this.memoryRunner.withBean("own", LockSettings.class, () -> settings).run((context) -> {
			assertThat(context).hasSingleBean(LockSettings.class);
			assertThat(context.getBean(LockTemplate.class)).extracting("settings").isSameAs(settings);
		});
	}

	@Test
	void backsOffFromAStoreOfTheApplication() {
		LockStore store = new MemoryLockStore();
		this.contextRunner.withBean("own", LockStore.class, () -> store).run((context) -> {
			assertThat(context).hasSingleBean(LockStore.class);
			assertThat(context.getBean(LockOperations.class)).isExactlyInstanceOf(LockTemplate.class)
				.extracting("store")
				.isSameAs(store);
		});
	}

	@Test
	void usesARedisStoreOfTheApplication() {
		this.contextRunner.withUserConfiguration(OwnRedisLockStoreConfiguration.class).run((context) -> {
			assertThat(context).hasSingleBean(LockStore.class).hasSingleBean(RedisLockTemplate.class);
			assertThat(context.getBean(LockTemplate.class)).extracting("store")
				.isSameAs(context.getBean("ownLockStore"));
		});
	}

	@Test
	void usesThePrimaryStoreOfTheApplicationEvenIfAnotherIsOnRedis() {
		this.contextRunner
			.withUserConfiguration(OwnRedisLockStoreConfiguration.class, PrimaryLockStoreConfiguration.class)
			.run((context) -> assertThat(context.getBean(LockOperations.class)).isExactlyInstanceOf(LockTemplate.class)
				.extracting("store")
				.isSameAs(context.getBean("primaryLockStore")));
	}

	@Test
	void backsOffFromOperationsOfTheApplicationAndThenNeedsNoRedis() {
		LockOperations operations = mock();
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class))
			.withBean("own", LockOperations.class, () -> operations)
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(LockOperations.class);
				assertThat(context.getBeanFactory().containsSingleton("distributedLockStore")).isFalse();
				assertThat(context.getBeanFactory().containsSingleton("distributedLockSettings")).isFalse();
			});
	}

	@Test
	void operationsOfTheApplicationCanUseTheStoreAndTheSettings() {
		this.contextRunner.withPropertyValues("distributed-lock.ttl=7s")
			.withUserConfiguration(OwnLockTemplateConfiguration.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(LockOperations.class).hasSingleBean(RedisLockStore.class);
				assertThat(context.getBean("ownLockTemplate")).extracting("settings.ttl")
					.isEqualTo(Duration.ofSeconds(7));
			});
	}

	@Test
	void whenDisabledThereAreNoBeansAndOneWarning(CapturedOutput output) {
		this.contextRunner.withPropertyValues("distributed-lock.enabled=false")
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(context).doesNotHaveBean(LockOperations.class)
				.doesNotHaveBean(LockStore.class)
				.doesNotHaveBean(LockSettings.class)
				.doesNotHaveBean(DistributedLockProperties.class));
		assertThat(output).containsOnlyOnce(
				"Methods with @DistributedLock run WITHOUT a lock because 'distributed-lock.enabled' is false");
	}

	@Test
	void whenEnabledThereIsNoSuchWarning(CapturedOutput output) {
		this.memoryRunner.withPropertyValues("distributed-lock.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(LockOperations.class));
		assertThat(output).doesNotContain("WITHOUT a lock");
	}

	@Test
	void propertiesReachTheSettings() {
		this.memoryRunner
			.withPropertyValues("spring.application.name=orders", "distributed-lock.ttl=1m",
					"distributed-lock.wait-time=0", "distributed-lock.renew=false", "distributed-lock.release=async",
					"distributed-lock.response-timeout=70ms", "distributed-lock.release-timeout=2s",
					"distributed-lock.local-handovers=5")
			.run((context) -> assertThat(context).getBean(LockSettings.class)
				.isEqualTo(new LockSettings("orders", Duration.ofMinutes(1), Duration.ZERO, false, ReleaseMode.ASYNC,
						Duration.ofMillis(70), Duration.ofSeconds(2), 5)));
	}

	@Test
	void withoutAnApplicationNameUsesTheDefault() {
		this.memoryRunner.withPropertyValues("spring.application.name=")
			.run((context) -> assertThat(context.getBean(LockSettings.class).application())
				.isEqualTo(LockSettings.defaults().application()));
	}

	@Test
	void propertiesReachTheRedisStore() {
		this.contextRunner
			.withPropertyValues("distributed-lock.key-prefix=app:lock:", "distributed-lock.redis.fence-ttl=5m",
					"distributed-lock.redis.min-replicas=2", "distributed-lock.redis.replication-timeout=1s")
			.run((context) -> assertThat(context.getBean(RedisLockStore.class))
				.extracting("keys.prefix", "channels", "commonArguments", "replicas")
				.containsExactly("app:lock:{", "app:lock:grants:", commonArguments("app:lock:grants:", "300000"),
						new RequiredReplicas(2, Duration.ofSeconds(1))));
	}

	@Test
	void defaultsReachTheRedisStore() {
		this.contextRunner.run((context) -> assertThat(context.getBean(RedisLockStore.class))
			.extracting("keys.prefix", "channels", "commonArguments", "replicas")
			.containsExactly("lock:{", "lock:grants:", commonArguments("lock:grants:", "60000"),
					RequiredReplicas.NONE));
	}

	private static byte[][] commonArguments(String channels, String fenceTtl) {
		return new byte[][] { channels.getBytes(), fenceTtl.getBytes(), "64".getBytes() };
	}

	@Test
	void emptyValuesMeanTheDefaults() {
		this.memoryRunner.withPropertyValues("distributed-lock.ttl=", "distributed-lock.release=")
			.run((context) -> assertThat(context).getBean(LockSettings.class).isEqualTo(LockSettings.defaults()));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					ttl                | 99ms     | It must be from 100ms to 365d.
					ttl                | 366d     | It must be from 100ms to 365d.
					wait-time          | -1ms     | It must be from 0ms to 365d.
					wait-time          | 366d     | It must be from 0ms to 365d.
					response-timeout   | 0        | It must be from 1ms to 365d.
					response-timeout   | 4000000d | It must be from 1ms to 365d.
					release-timeout    | -1s      | It must be from 1ms to 365d.
					redis.fence-ttl    | 0s       | It must be from 1ms to 365d.
					redis.min-replicas | -1       | It must not be negative.
					redis.replication-timeout | 0s | It must be from 1ms to 365d.
					key-prefix         | lock{    | It must not be empty and must not contain braces, white space or control characters.
					key-prefix         | ''       | It must not be empty and must not contain braces, white space or control characters.
					""")
	void wrongValuesAreExplained(String name, String value, String reason) {
		String property = "distributed-lock." + name + "=" + value;
		this.contextRunner.withPropertyValues(property).run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context, property);
			assertThat(analysis.getDescription())
				.startsWith(
						"Invalid value '%s' for configuration property 'distributed-lock.%s'".formatted(value, name))
				.endsWith(reason);
		});
	}

	@ParameterizedTest
	@CsvSource({ "store, zookeeper, 'MEMORY\\s+REDIS'", "release, maybe, 'ASYNC\\s+SYNC'" })
	void unknownValuesAreExplained(String name, String value, String valid) {
		this.contextRunner.withPropertyValues("distributed-lock." + name + "=" + value).run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context);
			assertThat(analysis.getDescription()).contains("Property: distributed-lock." + name)
				.contains("Value: \"" + value + "\"");
			assertThat(analysis.getAction()).containsPattern(valid);
		});
	}

	@Test
	void unknownStoreIsExplainedWithoutRedisOnTheClasspath() {
		this.contextRunner.withPropertyValues("distributed-lock.store=zookeeper")
			.withClassLoader(new FilteredClassLoader(RedisClient.class))
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getDescription())
				.contains("Property: distributed-lock.store"));
	}

	@Test
	void redisSettingsDoNotMatterInMemory() {
		this.memoryRunner
			.withPropertyValues("distributed-lock.key-prefix={", "distributed-lock.redis.connection-factory=none")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static boolean lock(AssertableApplicationContext context) {
		try (LockLease lease = context.getBean(LockOperations.class).acquire(LockSpec.of("key"))) {
			return lease.isHeld();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class SchedulingConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRedisLockStoreConfiguration {

		@Bean
		RedisLockStore ownLockStore(LettuceConnectionFactory connectionFactory) {
			return new RedisLockStore(connectionFactory, "own:", Duration.ofMinutes(1));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryLockStoreConfiguration {

		@Bean
		@Primary
		LockStore primaryLockStore() {
			return new MemoryLockStore();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnLockTemplateConfiguration {

		@Bean
		RedisLockTemplate ownLockTemplate(RedisLockStore store, LockSettings settings) {
			return new RedisLockTemplate(store, settings);
		}

	}

}
