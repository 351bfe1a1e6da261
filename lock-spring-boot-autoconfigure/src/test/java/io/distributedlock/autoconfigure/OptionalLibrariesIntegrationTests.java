package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.testsupport.JavaProcess;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Locks without the libraries that not every application has, in a JVM that does not have
 * them: a filtered class loader does not reach the classes that look for them.
 */
class OptionalLibrariesIntegrationTests {

	private static final List<String> KOTLIN = List.of("kotlin");

	private static final List<String> REACTIVE = List.of("kotlin", "reactor-", "rxjava", "reactive-streams", "lettuce",
			"spring-data-redis", "spring-boot-data-redis");

	@ParameterizedTest
	@ValueSource(strings = { "Kotlin", "Reactor and Lettuce" })
	void locksWorkWithout(String library) {
		List<String> missing = library.equals("Kotlin") ? KOTLIN : REACTIVE;
		try (JavaProcess process = JavaProcess.startWithout(missing, Application.class, library)) {
			process.awaitLine("locked"::equals, Duration.ofSeconds(60));
			assertThat(process.awaitExit(Duration.ofSeconds(60))).isZero();
		}
	}

	/**
	 * Locks whatever there is.
	 */
	public static final class Application {

		private Application() {
		}

		public static void main(String[] arguments) {
			assertMissing("kotlin.coroutines.Continuation");
			if (!arguments[0].equals("Kotlin")) {
				assertMissing("reactor.core.publisher.Mono");
				assertMissing("org.reactivestreams.Publisher");
			}
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class))
				.withPropertyValues("distributed-lock.store=memory")
				.withBean(Service.class)
				.run((context) -> {
					Service service = context.getBean(Service.class);
					LockOperations locks = context.getBean(LockOperations.class);
					assertThat(service.text("1", locks)).isEqualTo("held");
					assertThat(service.future("1", locks).get(30, TimeUnit.SECONDS)).isEqualTo("held");
					assertThat(
							locks.executeAsync(LockSpec.of("1"), (lease) -> CompletableFuture.completedFuture("held")))
						.succeedsWithin(Duration.ofSeconds(30));
				});
			System.out.println("locked");
		}

		private static void assertMissing(String name) {
			try {
				Class.forName(name);
			}
			catch (ClassNotFoundException ex) {
				return;
			}
			throw new IllegalStateException(name + " is there");
		}

	}

	static class Service {

		@DistributedLock(key = "#key")
		String text(String key, LockOperations locks) {
			return locks.tryAcquireAsync(LockSpec.of(key).withWaitTime(Duration.ZERO))
				.join()
				.map((lease) -> "free")
				.orElse("held");
		}

		@DistributedLock(key = "#key")
		CompletableFuture<String> future(String key, LockOperations locks) {
			return CompletableFuture.supplyAsync(() -> text(key, locks));
		}

	}

}
