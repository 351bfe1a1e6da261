package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskExecutor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@code @Async} and {@code @DistributedLock} on one method: the lock is held while the
 * body runs on the executor.
 */
@Timeout(30)
class AsyncMethodTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory")
		.withUserConfiguration(AsyncConfiguration.class);

	@Test
	void lockIsHeldWhileAVoidMethodRunsOnTheExecutor() {
		run((context) -> {
			context.service().run("1", context.end());
			context.awaitRunning();
			assertThat(context.isFree("1")).isFalse();
			context.end().countDown();
			context.awaitFree("1");
			assertThat(context.service().threads()).containsExactly("executor-1");
		});
	}

	@Test
	void lockIsHeldWhileAMethodWithAFutureRunsOnTheExecutor() {
		run((context) -> {
			Future<String> result = context.service().future("1", context.end());
			context.awaitRunning();
			assertThat(context.isFree("1")).isFalse();
			context.end().countDown();
			assertThat(get(result)).isEqualTo("done");
			assertThat(context.isFree("1")).isTrue();
		});
	}

	@Test
	void lockIsHeldUntilAFutureIsDoneThatDoesNotTell() {
		run((context) -> {
			Future<String> result = context.service().futureOfAnother("1", context.end());
			context.awaitRunning();
			Awaitility.await().during(Duration.ofMillis(50)).until(() -> !context.isFree("1"));
			context.end().countDown();
			assertThat(get(result)).isEqualTo("done");
			context.awaitFree("1");
		});
	}

	@Test
	void lockIsHeldUntilTheCompletableFutureOfTheBodyHasCompleted() {
		run((context) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> result = context.service().completableFuture("1", work);
			context.awaitRunning();
			assertThat(context.isFree("1")).isFalse();
			assertThat(result).isNotDone();
			work.complete("done");
			assertThat(result).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("done");
			assertThat(context.isFree("1")).isTrue();
		});
	}

	@Test
	void callerDoesNotWaitForTheLock() {
		run((context) -> {
			LockLease held = context.locks().acquire(LockSpec.of("1"));
			CompletableFuture<String> result = context.service()
				.completableFuture("1", CompletableFuture.completedFuture("done"));
			assertThat(result).isNotDone();
			assertThat(context.service().threads()).isEmpty();
			held.close();
			assertThat(result).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("done");
		});
	}

	@Test
	void busyLockFailsTheFutureOrReachesTheHandlerOfUncaughtExceptions() {
		run((context) -> {
			try (LockLease held = context.locks().acquire(LockSpec.of("1"))) {
				assertThat(context.service().impatient("1")).failsWithin(Duration.ofSeconds(5))
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(LockNotAcquiredException.class);
				assertThatExceptionOfType(ExecutionException.class)
					.isThrownBy(() -> context.service().impatientFuture("1").get(5, TimeUnit.SECONDS))
					.withCauseInstanceOf(LockNotAcquiredException.class);
				context.service().impatientVoid("1");
				Awaitility.await()
					.untilAsserted(() -> assertThat(AsyncConfiguration.uncaught)
						.hasExactlyElementsOfTypes(LockNotAcquiredException.class));
				held.ensureHeld();
			}
		});
	}

	@Test
	void skippedCallEndsWithoutAResult() {
		run((context) -> {
			try (LockLease held = context.locks().acquire(LockSpec.of("1"))) {
				assertThat(get(context.service().skipped("1"))).isNull();
				assertThat(context.service().threads()).isEmpty();
				held.ensureHeld();
			}
		});
	}

	private static <T> T get(Future<T> future) {
		try {
			return future.get(5, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	private void run(Consumer<Context> test) {
		AsyncConfiguration.uncaught.clear();
		this.runner.run((context) -> test.accept(new Context(context.getBean(Service.class),
				context.getBean(LockOperations.class), new CountDownLatch(1))));
	}

	private record Context(Service service, LockOperations locks, CountDownLatch end) {

		boolean isFree(String key) {
			Optional<LockLease> lease = this.locks.tryAcquireAsync(LockSpec.of(key).withWaitTime(Duration.ZERO)).join();
			lease.ifPresent(LockLease::close);
			return lease.isPresent();
		}

		void awaitRunning() {
			Awaitility.await().until(() -> !this.service.threads().isEmpty());
		}

		void awaitFree(String key) {
			Awaitility.await().until(() -> isFree(key));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration implements AsyncConfigurer {

		static final CopyOnWriteArrayList<Throwable> uncaught = new CopyOnWriteArrayList<>();

		@Bean
		static TaskExecutor taskExecutor() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setThreadNamePrefix("executor-");
			executor.setCorePoolSize(4);
			return executor;
		}

		@Bean
		static Service service() {
			return new Service();
		}

		@Override
		public AsyncUncaughtExceptionHandler getAsyncUncaughtExceptionHandler() {
			return (ex, method, arguments) -> uncaught.add(ex);
		}

	}

	static class Service {

		private final CopyOnWriteArrayList<String> threads = new CopyOnWriteArrayList<>();

		List<String> threads() {
			return this.threads;
		}

		@Async
		@DistributedLock(key = "#key")
		void run(String key, CountDownLatch end) {
			body(end);
		}

		@Async
		@DistributedLock(key = "#key")
		Future<String> future(String key, CountDownLatch end) {
			body(end);
			return CompletableFuture.completedFuture("done");
		}

		@Async
		@DistributedLock(key = "#key")
		Future<String> futureOfAnother(String key, CountDownLatch end) {
			FutureTask<String> task = new FutureTask<>(() -> {
				body(end);
				return "done";
			});
			new Thread(task).start();
			return task;
		}

		@Async
		@DistributedLock(key = "#key")
		CompletableFuture<String> completableFuture(String key, CompletableFuture<String> work) {
			this.threads.add(Thread.currentThread().getName());
			return work;
		}

		@Async
		@DistributedLock(key = "#key", waitTime = "0")
		CompletableFuture<String> impatient(String key) {
			return CompletableFuture.completedFuture("done");
		}

		@Async
		@DistributedLock(key = "#key", waitTime = "0")
		Future<String> impatientFuture(String key) {
			return CompletableFuture.completedFuture("done");
		}

		@Async
		@DistributedLock(key = "#key", waitTime = "0")
		void impatientVoid(String key) {
			this.threads.add(Thread.currentThread().getName());
		}

		@Async
		@DistributedLock(key = "#key", waitTime = "0", onContention = OnContention.SKIP)
		Future<String> skipped(String key) {
			this.threads.add(Thread.currentThread().getName());
			return CompletableFuture.completedFuture("done");
		}

		private void body(CountDownLatch end) {
			this.threads.add(Thread.currentThread().getName());
			try {
				assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
