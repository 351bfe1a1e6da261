package io.distributedlock.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.distributedlock.LockSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of a contender that is closed while another thread is about to start it:
 * whoever creates one leaves its queue before starting it.
 */
@Timeout(30)
class ContendersTests {

	private final ControlledStore store = new ControlledStore();

	private final LockTimer timer = new LockTimer();

	private final LockListeners listeners = new LockListeners(List.of(), System::nanoTime);

	private final StoreHealth health = new StoreHealth(this.timer, System::nanoTime, this.listeners,
			() -> CompletableFuture.completedStage(null));

	private final Contenders contenders = new Contenders(this.store,
			new BackgroundReleases(this.store, this.timer, System::nanoTime, this.health), this.timer, System::nanoTime,
			new OwnerTokens("test"), this.health, new NobodyWaits());

	private final Contention contention = Contention.shared(LockSpec.of("k"), LockSettings.defaults());

	@AfterEach
	void stop() {
		this.timer.stop();
	}

	@Test
	void oneThatIsClosedBeforeItIsStartedNeverAsks() {
		Contender contender = this.contenders.create(this.contention);
		this.contenders.close(contender);
		this.contenders.start(contender);
		assertThat(this.store.acquisitions).isEmpty();
		assertIsForgotten(contender);
	}

	@Test
	void oneThatIsClosedWhileItIsStartedLeavesNothingBehind() throws Exception {
		ExecutorService starter = Executors.newSingleThreadExecutor();
		try {
			for (int round = 0; round < 1000; round++) {
				Contender contender = this.contenders.create(this.contention);
				AtomicBoolean go = new AtomicBoolean();
				Future<?> start = starter.submit(() -> {
					go.set(true);
					this.contenders.start(contender);
				});
				while (!go.get()) {
					Thread.onSpinWait();
				}
				this.contenders.close(contender);
				start.get(10, TimeUnit.SECONDS);
				assertIsForgotten(contender);
			}
		}
		finally {
			starter.shutdownNow();
		}
	}

	private void assertIsForgotten(Contender contender) {
		int asked = this.store.acquisitions.size();
		this.contenders.hinted(contender.request().owner());
		assertThat(this.store.acquisitions).as("questions of one that is closed").hasSize(asked);
	}

	private static final class NobodyWaits implements Contenders.Listener {

		@Override
		public void granted(Contender contender) {
		}

		@Override
		public void answered(Contender contender) {
		}

		@Override
		public void refused(Contender contender, Throwable failure) {
		}

		@Override
		public boolean isInUse(Contender contender) {
			return false;
		}

	}

}
