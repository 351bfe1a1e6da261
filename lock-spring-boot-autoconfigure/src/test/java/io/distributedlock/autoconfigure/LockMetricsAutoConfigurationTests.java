package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockFailure;
import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import io.distributedlock.metrics.LockFailureMeters;
import io.distributedlock.metrics.LockMeters;
import io.distributedlock.metrics.LockStatistics;
import io.distributedlock.metrics.RedlockMeters;
import io.distributedlock.observation.LockObservations;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LockMetricsAutoConfiguration} and
 * {@link LockObservationAutoConfiguration}.
 */
class LockMetricsAutoConfigurationTests {

	private static final LockSpec SPEC = LockSpec.of("42").withName("orders").withWaitTime(Duration.ZERO);

	private final ApplicationContextRunner locksOnly = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class,
				LockMetricsAutoConfiguration.class, LockObservationAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory");

	private final ApplicationContextRunner contextRunner = this.locksOnly.withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
					CompositeMeterRegistryAutoConfiguration.class, ObservationAutoConfiguration.class));

	@Test
	void locksAreMeasured() {
		this.contextRunner.run((context) -> {
			LockOperations locks = context.getBean(LockOperations.class);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			try (LockLease lease = locks.acquire(SPEC)) {
				assertThat(lease.isHeld()).isTrue();
				assertThat(
						meters.get("distributed.lock.active").tags("name", "orders", "mode", "memory").gauge().value())
					.isOne();
				CompletableFuture.runAsync(() -> assertThat(locks.tryAcquire(SPEC)).isEmpty()).join();
			}
			assertThat(meters.get("distributed.lock.active").tag("name", "orders").gauge().value()).isZero();
			assertThat(meters.get("distributed.lock.waiting").tag("name", "orders").gauge().value()).isZero();
			assertThat(meters.get("distributed.lock.lost").tag("name", "orders").functionCounter().count()).isZero();
			assertThat(meters.get("distributed.lock.acquire").tag("outcome", "acquired").timer().count()).isOne();
			assertThat(meters.get("distributed.lock.acquire").tag("outcome", "busy").timer().count()).isOne();
			assertThat(meters.get("distributed.lock.hold").tag("outcome", "released").timer().count()).isOne();
			assertThat(
					meters.get("distributed.lock.store.errors").tag("error", "unavailable").functionCounter().count())
				.isZero();
		});
	}

	@Test
	void numberOfMetersDoesNotDependOnTheNumberOfKeys() {
		this.contextRunner.run((context) -> {
			LockOperations locks = context.getBean(LockOperations.class);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			locks.acquire(SPEC).close();
			int afterOne = meters.getMeters().size();
			for (int i = 0; i < 100_000; i++) {
				locks.acquire(LockSpec.of("dynamic-" + i).withName("orders").withWaitTime(Duration.ZERO)).close();
			}
			assertThat(meters.get("distributed.lock.acquire").timer().count()).isEqualTo(100_001);
			assertThat(meters.getMeters()).hasSize(afterOne)
				.noneMatch((meter) -> meter.getId().toString().contains("dynamic"));
		});
	}

	@Test
	void numberOfMetersIsBoundedEvenIfNamesAreMadeUp() {
		this.contextRunner.run((context) -> {
			LockOperations locks = context.getBean(LockOperations.class);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			locks.acquire(SPEC).close();
			int perName = (int) meters.getMeters()
				.stream()
				.filter((meter) -> "orders".equals(meter.getId().getTag("name")))
				.count();
			for (int i = 0; i < 2000; i++) {
				locks.acquire(LockSpec.of("42").withName("dynamic-" + i).withWaitTime(Duration.ZERO)).close();
			}
			long named = meters.getMeters().stream().filter((meter) -> meter.getId().getTag("name") != null).count();
			assertThat(named).isEqualTo(201L * perName);
		});
	}

	@Test
	void annotatedMethodsAreMeasuredByTheirName() {
		this.contextRunner.withBean(Orders.class).run((context) -> {
			context.getBean(Orders.class).pay("7");
			assertThat(
					context.getBean(MeterRegistry.class).get("distributed.lock.acquire").timer().getId().getTag("name"))
				.isEqualTo("payment");
		});
	}

	@Test
	void callsWithoutTheirLockAreCounted() {
		this.contextRunner.withBean(Orders.class).run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			LockOperations locks = context.getBean(LockOperations.class);
			LockLease held = CompletableFuture.supplyAsync(() -> locks.acquire(LockSpec.of("skipping"))).join();
			for (int i = 0; i < 3; i++) {
				context.getBean(Orders.class).skip();
			}
			held.release();
			context.getBean(Orders.class).skip();
			assertThat(meters.get("distributed.lock.failures")
				.tags("mode", "memory", "name", "skipping", "outcome", "skipped")
				.counter()
				.count()).isEqualTo(3);
		});
	}

	@Test
	void callsWithoutTheirLockAreCountedByABoundedNumberOfNames() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		LockFailureMeters meters = new LockFailureMeters(registry, () -> "memory");
		for (int i = 0; i < 300; i++) {
			meters.onFailure(new LockFailure("dynamic-" + i, Object.class.getMethods()[0],
					new LockNotAcquiredException("k", Duration.ZERO, null), LockFailure.Outcome.UNLOCKED));
		}
		assertThat(registry.getMeters()).hasSize(201);
		assertThat(registry.get("distributed.lock.failures").tag("name", "other").counter().count()).isEqualTo(100);
	}

	@Test
	void backsOffWithoutRegistries() {
		this.locksOnly.run((context) -> {
			assertThat(context).doesNotHaveBean(LockMeters.class)
				.doesNotHaveBean(LockStatistics.class)
				.doesNotHaveBean(LockObservations.class);
			context.getBean(LockOperations.class).acquire(SPEC).close();
		});
	}

	@Test
	void backsOffWithoutMicrometer() {
		this.locksOnly
			.withClassLoader(new FilteredClassLoader(MeterRegistry.class.getPackageName(),
					ObservationRegistry.class.getPackageName()))
			.run((context) -> {
				assertThat(context).hasNotFailed()
					.doesNotHaveBean("distributedLockMeters")
					.doesNotHaveBean("distributedLockObservations");
				context.getBean(LockOperations.class).acquire(SPEC).close();
			});
	}

	@Test
	void backsOffWithoutLocks() {
		this.contextRunner.withPropertyValues("distributed-lock.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(LockMeters.class)
				.doesNotHaveBean(LockObservations.class));
	}

	@Test
	void backsOffWhenTheUserDefinesBeans() {
		this.contextRunner.withBean("own", LockStatistics.class)
			.run((context) -> assertThat(context).hasSingleBean(LockStatistics.class).hasBean("own"));
	}

	@Test
	void observationsCanBeSwitchedOff() {
		this.contextRunner.withPropertyValues("management.observations.enable.distributed.lock=false")
			.run((context) -> {
				context.getBean(LockOperations.class).acquire(SPEC).close();
				assertThat(context.getBean(MeterRegistry.class).find("distributed.lock.acquire").timer()).isNull();
				assertThat(context.getBean(MeterRegistry.class).find("distributed.lock.active").gauge()).isNotNull();
			});
	}

	@Test
	void nodesOfAQuorumAreMeasured() {
		this.contextRunner
			.withPropertyValues("distributed-lock.store=redis",
					"distributed-lock.redlock.nodes=redis://127.0.0.1:1,redis://127.0.0.1:2,redis://127.0.0.1:3")
			.run((context) -> {
				assertThat(context).hasSingleBean(RedlockMeters.class);
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				assertThat(meters.get("distributed.lock.redlock.node.state")
					.tags("node", "127.0.0.1:2", "state", "down")
					.gauge()
					.value()).isOne();
				assertThat(meters.get("distributed.lock.redlock.node.state")
					.tags("node", "127.0.0.1:2", "state", "up")
					.gauge()
					.value()).isZero();
				assertThat(meters.get("distributed.lock.redlock.quorum.margin").gauge().value()).isEqualTo(-2);
				assertThat(meters.find("distributed.lock.redlock.node.skew").meters()).hasSize(3);
			});
	}

	static class Orders {

		@DistributedLock(name = "skipping", waitTime = "0", onContention = OnContention.SKIP)
		void skip() {
		}

		@DistributedLock(name = "payment", key = "#p0")
		void pay(String order) {
			assertThat(order).isNotEmpty();
		}

	}

}
