package io.distributedlock.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockClosedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.memory.MemoryLockStore;
import io.distributedlock.redis.RedisLockTemplate;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import io.distributedlock.store.StoreStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the life cycle of the locks in an application context.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class LockLifecycleTests {

	private static final LockSpec SPEC = LockSpec.of("key").withWaitTime(Duration.ZERO);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
				TaskSchedulingAutoConfiguration.class, DistributedLockAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.url=redis://127.0.0.1:1");

	private final ApplicationContextRunner memoryRunner = this.contextRunner
		.withPropertyValues("distributed-lock.store=memory");

	@Test
	void stopsAfterExecutorsAndBeforeTheConnectionFactory() {
		this.contextRunner.withUserConfiguration(SchedulingConfiguration.class).run((context) -> {
			int phase = context.getBean(LockTemplate.class).getPhase();
			assertThat(phase).isLessThan(context.getBean(ThreadPoolTaskExecutor.class).getPhase())
				.isLessThan(context.getBean(ThreadPoolTaskScheduler.class).getPhase())
				.isGreaterThan(context.getBean(LettuceConnectionFactory.class).getPhase());
		});
	}

	@Test
	void connectionFactoryIsThereUntilTheLocksHaveStopped() {
		List<String> stopped = new CopyOnWriteArrayList<>();
		LettuceConnectionFactory connectionFactory = new LettuceConnectionFactory("127.0.0.1", 1) {

			@Override
			public void stop() {
				stopped.add("connection factory");
				super.stop();
			}

		};
		this.contextRunner.withBean("redis", LettuceConnectionFactory.class, () -> connectionFactory)
			.withBean(LockStore.class, () -> new RecordingLockStore(stopped))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(stopped).startsWith("locks", "connection factory");
	}

	@Test
	void tasksThatRunWhenTheContextIsClosedCanStillLock() {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch closing = new CountDownLatch(1);
		CompletableFuture<Boolean> held = new CompletableFuture<>();
		this.memoryRunner.withBean("closing", ClosingListener.class, () -> new ClosingListener(closing))
			.run((context) -> {
				LockOperations operations = context.getBean(LockOperations.class);
				context.getBean(AsyncTaskExecutor.class).execute(() -> {
					running.countDown();
					try {
						closing.await(30, TimeUnit.SECONDS);
						held.complete(operations.execute(SPEC, LockLease::isHeld));
					}
					catch (Throwable ex) {
						held.completeExceptionally(ex);
					}
				});
				assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
			});
		assertThat(held).isCompletedWithValue(true);
	}

	@Test
	void locksAgainAfterARestart() {
		this.memoryRunner.run((context) -> {
			LockTemplate template = context.getBean(LockTemplate.class);
			context.getSourceApplicationContext().stop();
			assertThat(template.isRunning()).isFalse();
			assertThatExceptionOfType(LockClosedException.class).isThrownBy(() -> template.acquire(SPEC));
			context.getSourceApplicationContext().start();
			assertThat(template.isRunning()).isTrue();
			assertThat(template.execute(SPEC, LockLease::isHeld)).isTrue();
		});
	}

	@Test
	void startsEvenIfBeansAreLazy() {
		this.memoryRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(context.getBean(LockTemplate.class).isRunning()).isTrue());
	}

	@Test
	void stopsIfTheContextFailsAfterALockWasUsed() {
		List<String> stopped = new CopyOnWriteArrayList<>();
		this.contextRunner.withBean(LockStore.class, () -> new RecordingLockStore(stopped))
			.withBean(FailingAfterLock.class)
			.run((context) -> assertThat(context).getFailure().hasRootCauseMessage("after the lock"));
		assertThat(stopped).containsExactly("locks");
	}

	@Test
	void startsWhileRedisIsDown(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			RedisLockTemplate template = context.getBean(RedisLockTemplate.class);
			assertThat(template.isRunning()).isTrue();
			assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(() -> template.acquire(SPEC));
			context.getSourceApplicationContext().stop();
			context.getSourceApplicationContext().start();
			assertThat(template.isRunning()).isTrue();
		});
		assertThat(output).contains("The lock store is not reachable yet");
	}

	@Test
	void startsBeforeItIsKnownWhetherRedisAnswers() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			this.contextRunner
				.withPropertyValues("spring.data.redis.url=redis://127.0.0.1:" + silent.getLocalPort(),
						"spring.data.redis.timeout=5s")
				.run((context) -> assertThatExceptionOfType(LockStoreUnavailableException.class)
					.isThrownBy(() -> context.getBean(LockOperations.class).acquire(SPEC))
					.havingRootCause()
					.withMessage("Not connected to Redis"));
		}
	}

	@EnableScheduling
	static class SchedulingConfiguration {

	}

	static class ClosingListener implements ApplicationListener<ContextClosedEvent> {

		private final CountDownLatch closing;

		ClosingListener(CountDownLatch closing) {
			this.closing = closing;
		}

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			this.closing.countDown();
		}

	}

	static class FailingAfterLock implements InitializingBean {

		private final LockOperations operations;

		FailingAfterLock(LockOperations operations) {
			this.operations = operations;
		}

		@Override
		public void afterPropertiesSet() {
			this.operations.execute(SPEC, (lease) -> {
				throw new IllegalStateException("after the lock");
			});
		}

	}

	static class RecordingLockStore implements LockStore {

		private final LockStore delegate = new MemoryLockStore();

		private final List<String> stopped;

		RecordingLockStore(List<String> stopped) {
			this.stopped = stopped;
		}

		@Override
		public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
			return this.delegate.acquire(request, enqueue);
		}

		@Override
		public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
			return this.delegate.recheck(requests);
		}

		@Override
		public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
			return this.delegate.renew(requests);
		}

		@Override
		public CompletionStage<Boolean> release(LeaseRequest request) {
			return this.delegate.release(request);
		}

		@Override
		public CompletionStage<LockState> inspect(String key) {
			return this.delegate.inspect(key);
		}

		@Override
		public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
			return this.delegate.scan(cursor, size);
		}

		@Override
		public CompletionStage<LockState> forceRelease(String key) {
			return this.delegate.forceRelease(key);
		}

		@Override
		public CompletionStage<StoreStatus> status() {
			return this.delegate.status();
		}

		@Override
		public void listen() {
			this.delegate.listen();
		}

		@Override
		public String mode() {
			return this.delegate.mode();
		}

		@Override
		public CompletionStage<Void> start(String instance, GrantListener listener) {
			return this.delegate.start(instance, listener);
		}

		@Override
		public void stop() {
			this.stopped.add("locks");
			this.delegate.stop();
		}

	}

}
