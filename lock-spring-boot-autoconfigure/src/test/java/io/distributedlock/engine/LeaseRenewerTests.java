package io.distributedlock.engine;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.distributedlock.LockSpec;
import io.distributedlock.engine.HeldLease.Grant;
import io.distributedlock.store.LeaseRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class LeaseRenewerTests {

	private final ControlledStore store = new ControlledStore();

	private final LockTimer timer = new LockTimer();

	private final LockListeners listeners = new LockListeners(List.of(), System::nanoTime);

	private final StoreHealth health = new StoreHealth(this.timer, System::nanoTime, this.listeners,
			() -> CompletableFuture.completedStage(null));

	private final Queue<HeldLease> lost = new ConcurrentLinkedQueue<>();

	private final LeaseRenewer renewer = new LeaseRenewer(this.store, this.timer, System::nanoTime, this.listeners,
			this.health, (lease) -> {
				this.lost.add(lease);
				throw new OutOfMemoryError("no thread for the reaction to " + lease);
			});

	@AfterEach
	void stop() {
		this.timer.stop();
	}

	@Test
	void reactionThatFailsDoesNotKeepOtherLeasesFromBeingRenewed(CapturedOutput output) {
		HeldLease brief = hold(LockSpec.of("brief").withTtl(Duration.ofMillis(100)).withRenew(false));
		HeldLease renewed = hold(LockSpec.of("renewed").withTtl(Duration.ofMillis(1500)).withRenew(true));
		Awaitility.await().until(() -> !this.store.renewals.isEmpty());
		assertThat(this.lost).containsExactly(brief);
		assertThat(this.store.renewals.element()).extracting(LeaseRequest::key).containsExactly("renewed");
		assertThat(this.renewer.leases()).containsExactly(renewed);
		assertThat(output).contains("no thread for the reaction to 'brief'");
	}

	@Test
	void storeThatCannotTellWhetherALeaseWasRenewedIsDegraded(CapturedOutput output) {
		this.store.unsureOfRenewal = true;
		hold(LockSpec.of("k").withTtl(Duration.ofMillis(900)).withRenew(true));
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.health.failure())
				.hasMessageContaining("could not tell whether 1 lock(s) were renewed"));
		assertThat(output).contains("LeaseRenewer")
			.contains("The store could not tell whether 1 lock(s) were renewed, trying again until they run out");
	}

	private HeldLease hold(LockSpec spec) {
		long now = System.nanoTime();
		Waiter waiter = new Waiter(Contention.shared(spec, LockSettings.defaults()), spec, null, now, 0);
		HeldLease lease = new HeldLease(waiter, "owner of " + spec.key(), new Grant(1, now, HandOver.NONE), now);
		this.store.locks.acquire(lease.request(), false);
		this.renewer.add(lease);
		return lease;
	}

}
