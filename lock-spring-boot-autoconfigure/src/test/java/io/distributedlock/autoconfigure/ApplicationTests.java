package io.distributedlock.autoconfigure;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests with a whole application.
 */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationTests {

	@Test
	void locksWithoutAnyConfigurationInCode(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("--distributed-lock.store=memory")) {
			assertThat(context.getBean(LockOperations.class).execute(LockSpec.of("key"), LockLease::isHeld)).isTrue();
			assertThat(AopUtils.isCglibProxy(context.getBean(Locked.class))).isTrue();
		}
		assertThat(output).doesNotContain("not eligible for getting processed by all BeanPostProcessors");
	}

	@Test
	void startsOnRedisThatIsDownWithoutTroublingBeanPostProcessors(CapturedOutput output) {
		run("--spring.data.redis.url=redis://127.0.0.1:1").close();
		assertThat(output).contains("The lock store is not reachable yet")
			.doesNotContain("not eligible for getting processed by all BeanPostProcessors");
	}

	@Test
	void wrongConfigurationIsExplained(CapturedOutput output) {
		assertThatException().isThrownBy(() -> run("--distributed-lock.redis.connection-factory=none"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The property 'distributed-lock.redis.connection-factory' is 'none', but there is no bean")
			.contains("(there is 'redisConnectionFactory')");
	}

	@Test
	void wrongValueIsExplained(CapturedOutput output) {
		assertThatException().isThrownBy(() -> run("--distributed-lock.ttl=1ms"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '1ms' for configuration property 'distributed-lock.ttl'")
			.contains("It must be from 100ms to 365d.");
	}

	@Test
	void canBeProcessedAheadOfTime() {
		InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(Application.class)), files);
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(Application.class);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		}
		generation.writeGeneratedContent();
		assertThat(files.getGeneratedFiles(Kind.SOURCE).keySet())
			.anyMatch((name) -> name.contains("DistributedLockAutoConfiguration"));
		assertThat(RuntimeHintsPredicates.resource().forResource("io/distributedlock/redis/acquire.lua"))
			.accepts(generation.getRuntimeHints());
	}

	private static ConfigurableApplicationContext run(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run(arguments);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		static BeanPostProcessor otherPostProcessor() {
			return new BeanPostProcessor() {
			};
		}

		@Bean
		Locked locked() {
			return new Locked();
		}

	}

	static class Locked {

		@DistributedLock(name = "locked")
		void run() {
		}

	}

}
