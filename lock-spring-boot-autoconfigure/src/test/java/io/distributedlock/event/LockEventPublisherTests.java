package io.distributedlock.event;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockEvent;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LockEventPublisher}.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class LockEventPublisherTests {

	private static final LockSpec SPEC = LockSpec.of("k").withName("orders").withWaitTime(Duration.ZERO);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory");

	@Test
	void everyTypeOfEventIsKnown() {
		assertThat(EventInterest.ALL).isEqualTo(Set.of(LockEvent.class.getPermittedSubclasses()));
	}

	@Test
	void eventsArePublishedInOrder() {
		this.contextRunner.withBean(AllEvents.class).run((context) -> {
			LockOperations locks = context.getBean(LockOperations.class);
			List<LockEvent> events = context.getBean(AllEvents.class).events;
			LockLease lease = locks.acquire(SPEC);
			CompletableFuture.runAsync(() -> assertThat(locks.tryAcquire(SPEC)).isEmpty()).join();
			lease.close();
			Awaitility.await().until(() -> events.size() == 3);
			assertThat(events.get(0)).isInstanceOfSatisfying(LockEvent.Acquired.class, (acquired) -> {
				assertThat(acquired.key()).isEqualTo("k");
				assertThat(acquired.name()).isEqualTo("orders");
				assertThat(acquired.fencingToken()).isEqualTo(lease.fencingToken());
				assertThat(acquired.waited()).isLessThan(Duration.ofSeconds(10));
			});
			assertThat(events.get(1)).isEqualTo(new LockEvent.Contended("k", "orders"));
			assertThat(events.get(2)).isInstanceOfSatisfying(LockEvent.Released.class, (released) -> {
				assertThat(released.key()).isEqualTo("k");
				assertThat(released.fencingToken()).isEqualTo(lease.fencingToken());
				assertThat(released.outcome()).isEqualTo(ReleaseOutcome.RELEASED);
				assertThat(released.held()).isPositive();
			});
		});
	}

	@Test
	void lossIsPublishedWhileTheBodyStillRuns() {
		this.contextRunner.withBean(AllEvents.class).run((context) -> {
			List<LockEvent> events = context.getBean(AllEvents.class).events;
			context.getBean(LockOperations.class).acquire(SPEC.withTtl(Duration.ofMillis(150)).withRenew(false));
			Awaitility.await().until(() -> events.size() == 2);
			assertThat(events.get(1)).isInstanceOfSatisfying(LockEvent.Lost.class,
					(lost) -> assertThat(lost.reason()).isEqualTo("its time ran out"));
		});
	}

	@Test
	void eventsWithoutAListenerAreNotWanted() {
		this.contextRunner.run((context) -> assertThat(wanted(context)).isEmpty());
	}

	@Test
	void onlyEventsWithAListenerAreWanted() {
		this.contextRunner.withBean(LossesOnly.class).run((context) -> {
			assertThat(wanted(context)).containsExactly(LockEvent.Lost.class);
			context.getBean(LockOperations.class).acquire(SPEC).close();
			assertThat(context.getBean(LossesOnly.class).losses).isEmpty();
		});
	}

	@Test
	void whatNobodyListensToIsNotEvenMeasured() {
		assertThat(new LockEventPublisher(new GenericApplicationContext()).isActive()).as("before the start").isTrue();
		this.contextRunner.withBean(LossesOnly.class)
			.run((context) -> assertThat(context.getBean(LockEventPublisher.class).isActive()).isTrue());
		SpringApplicationBuilder application = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("distributed-lock.store=memory", "spring.main.banner-mode=off");
		try (ConfigurableApplicationContext context = application.run()) {
			assertThat(context.getBean(LockEventPublisher.class).isActive()).isFalse();
		}
	}

	@Test
	void listenersOfEveryKindCount() {
		this.contextRunner.withBean("lost", PayloadListener.class)
			.run((context) -> assertThat(wanted(context)).containsExactly(LockEvent.Lost.class));
		this.contextRunner.withUserConfiguration(LazyListener.class)
			.run((context) -> assertThat(wanted(context)).containsExactly(LockEvent.Lost.class));
		this.contextRunner.withBean("all", EverythingListener.class)
			.run((context) -> assertThat(wanted(context)).isEqualTo(EventInterest.ALL));
		this.contextRunner.withBean("other", ClosedListener.class)
			.run((context) -> assertThat(wanted(context)).isEmpty());
	}

	@Test
	void listenersOfAParentContextCount() {
		new ApplicationContextRunner().withBean(LossesOnly.class)
			.run((parent) -> this.contextRunner.withParent(parent.getSourceApplicationContext())
				.run((context) -> assertThat(wanted(context)).containsExactly(LockEvent.Lost.class)));
	}

	@Test
	void failingListenerHarmsNeitherLocksNorLaterEvents(CapturedOutput output) {
		this.contextRunner.withBean(FailingListener.class).run((context) -> {
			LockOperations locks = context.getBean(LockOperations.class);
			for (int i = 0; i < 5; i++) {
				assertThat(locks.execute(SPEC, LockLease::isHeld)).isTrue();
			}
			Awaitility.await().until(() -> context.getBean(FailingListener.class).events.size() == 5);
		});
		assertThat(output).containsOnlyOnce("A listener of lock events has failed, which has no effect on locks");
	}

	@Test
	void slowListenerDoesNotDelayLocks() {
		this.contextRunner.withBean(BlockingListener.class).run((context) -> {
			LockOperations locks = context.getBean(LockOperations.class);
			for (int i = 0; i < 100; i++) {
				locks.acquire(SPEC).close();
			}
			BlockingListener listener = context.getBean(BlockingListener.class);
			listener.block.countDown();
			Awaitility.await().until(() -> listener.events.size() == 100);
		});
	}

	@Test
	void eventsOfTheShutdownArePublished() {
		AllEvents listener = new AllEvents();
		this.contextRunner.withBean(AllEvents.class, () -> listener)
			.run((context) -> context.getBean(LockOperations.class).acquire(SPEC));
		assertThat(listener.events).extracting(Object::getClass)
			.containsExactly(LockEvent.Acquired.class, LockEvent.Released.class);
	}

	@Test
	void tooManyEventsAreDropped(CapturedOutput output) throws Exception {
		EventThread thread = new EventThread();
		CountDownLatch block = new CountDownLatch(1);
		List<Integer> done = new CopyOnWriteArrayList<>();
		thread.execute(() -> {
			try {
				block.await(30, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		for (int i = 0; i < 10_100; i++) {
			int number = i;
			thread.execute(() -> {
				if (number % 1000 == 0) {
					done.add(number);
				}
			});
		}
		block.countDown();
		thread.stop();
		assertThat(done).containsExactly(0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000);
		assertThat(output).containsOnlyOnce("Dropping events");
	}

	private static Set<Class<? extends LockEvent>> wanted(AssertableApplicationContext context) {
		return new EventInterest(context.getSourceApplicationContext()).types();
	}

	@Configuration
	@ImportAutoConfiguration(DistributedLockAutoConfiguration.class)
	static class Application {

	}

	static class AllEvents {

		final List<LockEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void on(LockEvent event) {
			this.events.add(event);
		}

	}

	static class LossesOnly {

		final List<LockEvent.Lost> losses = new CopyOnWriteArrayList<>();

		@EventListener
		void on(LockEvent.Lost event) {
			this.losses.add(event);
		}

	}

	static class FailingListener {

		final List<LockEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void on(LockEvent.Acquired event) {
			this.events.add(event);
			throw new IllegalStateException("listener");
		}

	}

	static class BlockingListener {

		final CountDownLatch block = new CountDownLatch(1);

		final List<LockEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void on(LockEvent.Acquired event) throws InterruptedException {
			this.block.await(30, TimeUnit.SECONDS);
			this.events.add(event);
		}

	}

	static class PayloadListener implements ApplicationListener<PayloadApplicationEvent<LockEvent.Lost>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<LockEvent.Lost> event) {
			throw new UnsupportedOperationException();
		}

	}

	static class EverythingListener implements ApplicationListener<ApplicationEvent> {

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			// Only counts
		}

	}

	static class ClosedListener implements ApplicationListener<ContextClosedEvent> {

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			// Only counts
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyListener {

		@Bean
		@Lazy
		PayloadListener lazyListener() {
			return new PayloadListener();
		}

	}

}
