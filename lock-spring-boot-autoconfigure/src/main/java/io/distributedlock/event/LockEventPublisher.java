package io.distributedlock.event;

import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

import io.distributedlock.LockEvent;
import io.distributedlock.LockStoreException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockAttempt;
import io.distributedlock.engine.LockHold;
import io.distributedlock.engine.LockListener;
import io.distributedlock.engine.LockTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes what happens to locks as application events, while the application context
 * runs. Events for which the context has no listener when it starts are not even created.
 *
 * @since 1.0
 */
public final class LockEventPublisher implements LockListener, SmartLifecycle {

	/**
	 * Starts before the locks and stops after them, so that their last events are
	 * published.
	 */
	public static final int PHASE = LockTemplate.PHASE - 1;

	private final ApplicationContext context;

	private volatile Set<Class<? extends LockEvent>> wanted = Set.of();

	private volatile @Nullable EventThread thread;

	/**
	 * Create a publisher.
	 * @param context where to publish
	 */
	public LockEventPublisher(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * Before the start it is not known who listens.
	 */
	@Override
	public boolean isActive() {
		return this.thread == null || !this.wanted.isEmpty();
	}

	@Override
	public void contended(LockAttempt attempt) {
		publish(LockEvent.Contended.class, () -> new LockEvent.Contended(attempt.key(), attempt.name()));
	}

	@Override
	public void acquired(LockAttempt attempt, LockHold hold, Duration waited) {
		publish(LockEvent.Acquired.class,
				() -> new LockEvent.Acquired(hold.key(), hold.name(), hold.fencingToken(), waited));
	}

	@Override
	public void released(LockHold hold, ReleaseOutcome outcome, Duration held) {
		publish(LockEvent.Released.class,
				() -> new LockEvent.Released(hold.key(), hold.name(), hold.fencingToken(), held, outcome));
	}

	@Override
	public void lost(LockHold hold, String reason, Duration held) {
		publish(LockEvent.Lost.class,
				() -> new LockEvent.Lost(hold.key(), hold.name(), hold.fencingToken(), held, reason));
	}

	@Override
	public void storeDegraded(LockStoreException failure) {
		publish(LockEvent.StoreDegraded.class, () -> new LockEvent.StoreDegraded(failure));
	}

	@Override
	public void storeRecovered(Duration outage) {
		publish(LockEvent.StoreRecovered.class, () -> new LockEvent.StoreRecovered(outage));
	}

	/**
	 * Publish that a lock was released by force.
	 * @param event the event
	 */
	public void publish(LockEvent.ForceReleased event) {
		publish(LockEvent.ForceReleased.class, () -> event);
	}

	private <E extends LockEvent> void publish(Class<E> type, Supplier<E> event) {
		EventThread running = this.thread;
		if (running != null && this.wanted.contains(type)) {
			LockEvent created = event.get();
			running.execute(() -> this.context.publishEvent(created));
		}
	}

	@Override
	public void start() {
		this.wanted = new EventInterest(this.context).types();
		this.thread = new EventThread();
	}

	@Override
	public void stop() {
		EventThread stopped = this.thread;
		this.thread = null;
		if (stopped != null) {
			stopped.stop();
		}
	}

	@Override
	public boolean isRunning() {
		return this.thread != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
