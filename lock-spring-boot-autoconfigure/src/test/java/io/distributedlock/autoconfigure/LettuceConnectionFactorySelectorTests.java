package io.distributedlock.autoconfigure;

import java.util.function.Supplier;

import io.distributedlock.redis.RedisLockStore;
import io.distributedlock.redis.RedisLockTemplate;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.target.SingletonTargetSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LettuceConnectionFactorySelector}.
 */
class LettuceConnectionFactorySelectorTests {

	private static final Supplier<LettuceConnectionFactory> LETTUCE = () -> new LettuceConnectionFactory("127.0.0.1",
			1);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.url=redis://127.0.0.1:1");

	private final ApplicationContextRunner bootRunner = this.contextRunner
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

	@Test
	void selectsTheOnlyOne() {
		this.contextRunner.withBean("only", RedisConnectionFactory.class, LETTUCE::get)
			.run((context) -> assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
				.isSameAs(context.getBean("only")));
	}

	@Test
	void selectsThePrimaryOne() {
		this.contextRunner.withBean("first", LettuceConnectionFactory.class, LETTUCE)
			.withBean("second", LettuceConnectionFactory.class, LETTUCE, (definition) -> definition.setPrimary(true))
			.run((context) -> assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
				.isSameAs(context.getBean("second")));
	}

	@Test
	void selectsTheNamedOne() {
		this.contextRunner.withBean("first", LettuceConnectionFactory.class, LETTUCE)
			.withBean("second", LettuceConnectionFactory.class, LETTUCE, (definition) -> definition.setPrimary(true))
			.withPropertyValues("distributed-lock.redis.connection-factory=first")
			.run((context) -> assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
				.isSameAs(context.getBean("first")));
	}

	@Test
	void selectsTheNamedOneThatOthersDoNotSee() {
		this.bootRunner.withUserConfiguration(LockRedisConfiguration.class)
			.withPropertyValues("spring.data.redis.client-type=jedis",
					"distributed-lock.redis.connection-factory=lockRedis")
			.run((context) -> {
				assertThat(context).getBean("redisConnectionFactory").isInstanceOf(JedisConnectionFactory.class);
				assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
					.isSameAs(context.getBean("lockRedis"));
			});
	}

	@Test
	void selectsWhatIsBehindAProxy() {
		LettuceConnectionFactory target = LETTUCE.get();
		ProxyFactory proxyFactory = new ProxyFactory(RedisConnectionFactory.class, new SingletonTargetSource(target));
		this.contextRunner
			.withBean("proxy", RedisConnectionFactory.class, () -> (RedisConnectionFactory) proxyFactory.getProxy())
			.run((context) -> assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
				.isSameAs(target));
	}

	@Test
	void selectsTheOneOfTheParentContext() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext()) {
			parent.registerBean("inherited", LettuceConnectionFactory.class, LETTUCE);
			parent.refresh();
			this.contextRunner.withParent(parent)
				.run((context) -> assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
					.isSameAs(parent.getBean("inherited")));
			this.contextRunner.withParent(parent)
				.withPropertyValues("distributed-lock.redis.connection-factory=inherited")
				.run((context) -> assertThat(context.getBean(RedisLockStore.class)).extracting("connectionFactory")
					.isSameAs(parent.getBean("inherited")));
		}
	}

	@Test
	void withSeveralOfWhichNoneIsPrimaryTellsToChoose() {
		this.contextRunner.withBean("sessions", LettuceConnectionFactory.class, LETTUCE)
			.withBean("cache", LettuceConnectionFactory.class, LETTUCE)
			.run((context) -> {
				FailureAnalysis analysis = FailureAnalyses.analyze(context);
				assertThat(analysis.getDescription()).isEqualTo("Locks are to be kept in Redis, but of 2 "
						+ "RedisConnectionFactory beans none is primary: 'cache', 'sessions'.");
				assertThat(analysis.getAction()).isEqualTo("Mark one of them with '@Primary', or set "
						+ "'distributed-lock.redis.connection-factory' to the name of the one to use for locks.");
			});
	}

	@Test
	void withNoneTellsHowToGetOne() {
		this.contextRunner.run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context);
			assertThat(analysis.getDescription())
				.isEqualTo("Locks are to be kept in Redis, but there is no RedisConnectionFactory bean.");
			assertThat(analysis.getAction())
				.isEqualTo("Add the dependency 'org.springframework.boot:spring-boot-starter-data-redis' and set "
						+ "'spring.data.redis.*', or define a LettuceConnectionFactory bean, or set "
						+ "'distributed-lock.store' to 'memory' for locks within this JVM only.");
		});
	}

	@Test
	void withJedisTellsHowToUseLettuce() {
		this.bootRunner.withPropertyValues("spring.data.redis.client-type=jedis").run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context);
			assertThat(analysis.getDescription())
				.isEqualTo("Locks are to be kept in Redis, which needs a LettuceConnectionFactory, but the bean "
						+ "'redisConnectionFactory' is a '%s'.".formatted(JedisConnectionFactory.class.getName()));
			assertThat(analysis.getAction())
				.startsWith("Use Lettuce: set 'spring.data.redis.client-type' to 'lettuce' and do not exclude "
						+ "'io.lettuce:lettuce-core' from the dependencies.")
				.contains("'distributed-lock.redis.connection-factory'");
		});
	}

	@Test
	void withANameThatNoBeanHasTellsWhichThereAre() {
		this.contextRunner.withBean("sessions", LettuceConnectionFactory.class, LETTUCE)
			.withBean("cache", LettuceConnectionFactory.class, LETTUCE)
			.withPropertyValues("distributed-lock.redis.connection-factory=locks")
			.run((context) -> {
				FailureAnalysis analysis = FailureAnalyses.analyze(context);
				assertThat(analysis.getDescription()).isEqualTo("The property "
						+ "'distributed-lock.redis.connection-factory' is 'locks', but there is no bean of that name.");
				assertThat(analysis.getAction())
					.isEqualTo("Set 'distributed-lock.redis.connection-factory' to the name of a "
							+ "LettuceConnectionFactory bean (there is 'cache', 'sessions'), or remove it to use the "
							+ "only or primary one.");
			});
	}

	@Test
	void withANameThatNoBeanHasAndNoCandidatesListsNone() {
		this.contextRunner.withPropertyValues("distributed-lock.redis.connection-factory=locks")
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getAction())
				.startsWith("Set 'distributed-lock.redis.connection-factory' to the name of a "
						+ "LettuceConnectionFactory bean, or "));
	}

	@Test
	void withTheNameOfSomethingElseTellsWhatItIs() {
		this.contextRunner.withBean("locks", String.class, () -> "text")
			.withPropertyValues("distributed-lock.redis.connection-factory=locks")
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getDescription())
				.isEqualTo("Locks are to be kept in Redis, which needs a LettuceConnectionFactory, but the bean "
						+ "'locks' is a 'java.lang.String'."));
	}

	@Test
	void connectionFactoryOutlivesTheLocks() {
		this.contextRunner.withBean("only", LettuceConnectionFactory.class, LETTUCE).run((context) -> {
			assertThat(context).hasSingleBean(RedisLockTemplate.class);
			assertThat(context.getBeanFactory().getDependentBeans("only")).contains("distributedLockStore");
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class LockRedisConfiguration {

		@Bean(defaultCandidate = false)
		LettuceConnectionFactory lockRedis() {
			return LETTUCE.get();
		}

	}

}
