package io.distributedlock.observation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.memory.MemoryLockStore;
import io.distributedlock.store.LeaseRequest;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LockObservations}.
 */
@Timeout(60)
class LockObservationsTests {

	private static final LockSpec SPEC = LockSpec.of("42").withName("orders").withWaitTime(Duration.ZERO);

	private static final String ACQUIRE = "distributed.lock.acquire";

	private static final String HOLD = "distributed.lock.hold";

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final MemoryLockStore store = new MemoryLockStore();

	private LockTemplate template = template(this.registry);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.template.stop();
		this.threads.shutdownNow();
	}

	private LockTemplate template(ObservationRegistry registry) {
		return new LockTemplate(this.store, LockSettings.defaults(),
				List.of(new LockObservations(registry, () -> "memory", null, null)));
	}

	@Test
	void acquisitionAndHoldAreTwoObservationsBesideEachOther() {
		Observation call = Observation.start("call", this.registry);
		long token;
		try (Observation.Scope scope = call.openScope(); LockLease lease = this.template.acquire(SPEC)) {
			token = lease.fencingToken();
			assertThatRegistry().hasObservationWithNameEqualTo(ACQUIRE)
				.that()
				.hasBeenStopped()
				.hasContextualNameEqualTo("acquire orders")
				.hasParentObservationEqualTo(call)
				.hasLowCardinalityKeyValue("name", "orders")
				.hasLowCardinalityKeyValue("outcome", "acquired")
				.hasLowCardinalityKeyValue("mode", "memory")
				.hasHighCardinalityKeyValue("lock.key", "42")
				.hasHighCardinalityKeyValue("lock.fencing.token", Long.toString(token))
				.doesNotHaveError();
			assertThatRegistry().hasObservationWithNameEqualTo(HOLD).that().hasBeenStarted().isNotStopped();
			assertThat(this.registry.getCurrentObservation()).as("observation in scope under the lock").isEqualTo(call);
			assertThat(scope.getCurrentObservation()).isEqualTo(call);
		}
		call.stop();
		assertThatRegistry().hasNumberOfObservationsWithNameEqualTo(HOLD, 1)
			.hasObservationWithNameEqualTo(HOLD)
			.that()
			.hasBeenStopped()
			.hasContextualNameEqualTo("hold orders")
			.hasParentObservationEqualTo(call)
			.hasLowCardinalityKeyValue("name", "orders")
			.hasLowCardinalityKeyValue("outcome", "released")
			.hasLowCardinalityKeyValue("mode", "memory")
			.hasHighCardinalityKeyValue("lock.key", "42")
			.hasHighCardinalityKeyValue("lock.fencing.token", Long.toString(token))
			.doesNotHaveError();
	}

	@Test
	void enteringAgainIsNotObserved() {
		LockLease outer = this.template.acquire(SPEC);
		this.template.acquire(SPEC).close();
		outer.close();
		assertThatRegistry().hasNumberOfObservationsWithNameEqualTo(ACQUIRE, 1)
			.hasNumberOfObservationsWithNameEqualTo(HOLD, 1);
	}

	@Test
	void busyLockIsNoErrorAndNamesItsHolder() {
		this.store.acquire(new LeaseRequest("42", "stock@host/7:random#1", Duration.ofMinutes(1)), false);
		assertThat(this.template.tryAcquire(SPEC)).isEmpty();
		assertThatRegistry().hasSingleObservationThat()
			.hasNameEqualTo(ACQUIRE)
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("outcome", "busy")
			.hasHighCardinalityKeyValue("lock.holder", "stock@host/7")
			.hasEvent("contended")
			.doesNotHaveError();
	}

	@Test
	void interruptedAcquisitionIsAnError() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(LockInterruptedException.class).isThrownBy(() -> this.template.acquire(SPEC));
		assertThat(Thread.interrupted()).isTrue();
		assertThatRegistry().hasSingleObservationThat()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("outcome", "interrupted")
			.hasError();
	}

	@Test
	void acquisitionFromAStoppedTemplateLeavesNoObservationOpen() throws Exception {
		this.template.acquire(SPEC);
		Future<?> waiter = this.threads.submit(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofSeconds(30))));
		Awaitility.await().until(() -> this.template.activity(1).waiting() == 1);
		this.template.stop();
		Awaitility.await().until(waiter::isDone);
		assertThatRegistry().hasNumberOfObservationsWithNameEqualTo(ACQUIRE, 2)
			.hasAnObservation((each) -> each.hasNameEqualTo(ACQUIRE).hasLowCardinalityKeyValue("outcome", "closed"))
			.hasObservationWithNameEqualTo(HOLD)
			.that()
			.hasBeenStopped();
	}

	@Test
	void lostLockIsAnErrorOfItsHold() {
		LockLease lease = this.template.acquire(SPEC);
		this.store.forceRelease("42");
		assertThatRegistry().hasObservationWithNameEqualTo(HOLD)
			.that()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("outcome", "lost")
			.hasError();
		lease.close();
		assertThatRegistry().hasNumberOfObservationsWithNameEqualTo(HOLD, 1);
	}

	@Test
	void waitForAnotherThreadIsPartOfTheAcquisition() throws Exception {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		this.registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
		LockLease lease = this.template.acquire(SPEC);
		Future<?> waiter = this.threads
			.submit(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofSeconds(30))).close());
		Awaitility.await().until(() -> this.template.activity(1).waiting() == 1);
		Awaitility.await().pollDelay(Duration.ofMillis(100)).until(() -> true);
		lease.close();
		waiter.get(10, TimeUnit.SECONDS);
		Timer waits = meters.get(ACQUIRE).tags("name", "orders", "outcome", "acquired", "mode", "memory").timer();
		assertThat(waits.count()).isEqualTo(2);
		assertThat(waits.max(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(100);
		assertThat(meters.get(HOLD).tag("outcome", "released").timer().count()).isEqualTo(2);
		assertThat(meters.get(ACQUIRE + ".contended").counter().count()).isOne();
		assertThat(meters.getMeters()).noneMatch((meter) -> meter.getId().toString().contains("42"));
	}

	@Test
	void conventionsCanBeReplaced() {
		this.template = new LockTemplate(this.store, LockSettings.defaults(), List
			.of(new LockObservations(this.registry, () -> "memory", new DefaultLockAcquireObservationConvention() {

				@Override
				public String getName() {
					return "own.acquire";
				}

			}, new DefaultLockHoldObservationConvention() {

				@Override
				public KeyValues getLowCardinalityKeyValues(LockHoldObservationContext context) {
					return KeyValues.of(KeyValue.of("own", context.getLockName()));
				}

			})));
		this.template.acquire(SPEC).close();
		assertThatRegistry().hasObservationWithNameEqualTo("own.acquire");
		assertThatRegistry().hasObservationWithNameEqualTo(HOLD).that().hasLowCardinalityKeyValue("own", "orders");
	}

	@Test
	void registryThatDoesNothingIsNotTroubled() {
		LockTemplate unobserved = template(ObservationRegistry.NOOP);
		unobserved.acquire(SPEC).close();
		unobserved.stop();
		assertThatRegistry().doesNotHaveAnyObservation();
	}

	private TestObservationRegistryAssert assertThatRegistry() {
		return TestObservationRegistryAssert.assertThat(this.registry);
	}

}
