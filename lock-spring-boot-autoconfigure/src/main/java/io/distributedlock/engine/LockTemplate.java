package io.distributedlock.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockClosedException;
import io.distributedlock.LockHolder;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockLostException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

/**
 * The lock operations on any {@link LockStore}.
 * <p>
 * Starts with the application context, or at first use if that is earlier; stopping gives
 * no more locks and releases all that are held. Can be started again.
 * <p>
 * What follows on a future of this runs on a pool of daemon threads called
 * {@code distributed-lock-completion-*}, unless the future was complete already. The pool
 * has no threads while there is nothing to do.
 *
 * @since 1.0
 */
public class LockTemplate implements LockOperations, SmartLifecycle, DisposableBean {

	/**
	 * Stops after the web server and the task executors of Spring, whose work may hold
	 * locks, and before the Redis connection factories.
	 */
	public static final int PHASE = Integer.MAX_VALUE / 4;

	private static final Log logger = LogFactory.getLog(LockTemplate.class);

	private static final Duration MAX_START_WAIT = Duration.ofSeconds(2);

	private final LockStore store;

	private final LockSettings settings;

	private final List<LockListener> listeners;

	private final MonotonicClock clock;

	/**
	 * Those of the latest engine, to be asked for what was lost also after its end.
	 */
	private volatile ThreadHolds holds = new ThreadHolds();

	private final Executor completions = CompletionThreads.create();

	private final ReentrantLock lifecycle = new ReentrantLock();

	private volatile @Nullable LockEngine engine;

	private volatile boolean stopped;

	/**
	 * Create a template.
	 * @param store where the locks are
	 * @param settings the settings
	 */
	public LockTemplate(LockStore store, LockSettings settings) {
		this(store, settings, List.of());
	}

	/**
	 * Create a template.
	 * @param store where the locks are
	 * @param settings the settings
	 * @param listeners are told what happens to the locks
	 */
	public LockTemplate(LockStore store, LockSettings settings, List<LockListener> listeners) {
		this(store, settings, listeners, System::nanoTime);
	}

	LockTemplate(LockStore store, LockSettings settings, List<LockListener> listeners, MonotonicClock clock) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(settings, "'settings' must not be null");
		this.store = store;
		this.settings = settings;
		this.listeners = List.copyOf(listeners);
		this.clock = clock;
	}

	@Override
	public LockLease acquire(LockSpec spec) {
		LockEngine engine = engine(spec);
		LockLease held = engine.reenter(spec);
		if (held != null) {
			return held;
		}
		refuseToBlock(spec);
		Waiter waiter = engine.begin(spec);
		return required(engine.await(waiter), waiter);
	}

	@Override
	public Optional<LockLease> tryAcquire(LockSpec spec) {
		LockEngine engine = engine(spec);
		LockLease held = engine.reenter(spec);
		if (held != null) {
			return Optional.of(held);
		}
		refuseToBlock(spec);
		return Optional.ofNullable(engine.await(engine.begin(spec)));
	}

	@Override
	public CompletableFuture<LockLease> acquireAsync(LockSpec spec) {
		return start(new AsyncAcquisition<>(spec, this.completions, this::required));
	}

	@Override
	public CompletableFuture<Optional<LockLease>> tryAcquireAsync(LockSpec spec) {
		return start(new AsyncAcquisition<>(spec, this.completions, (lease, waiter) -> Optional.ofNullable(lease)));
	}

	/**
	 * Get an acquisition under way. Starting the engine may block, and so is left to
	 * another thread.
	 */
	private <T> AsyncAcquisition<T> start(AsyncAcquisition<T> acquisition) {
		if (this.engine != null || this.stopped) {
			acquisition.start(this::engine);
		}
		else {
			this.completions.execute(() -> acquisition.start(this::engine));
		}
		return acquisition;
	}

	private LockLease required(@Nullable LockLease lease, Waiter waiter) {
		if (lease == null) {
			throw waiter.notAcquired(this.clock.nanoTime());
		}
		return lease;
	}

	private static void refuseToBlock(LockSpec spec) {
		NonBlockingThreads.refuse(spec.key(),
				"Use acquireAsync, or let the @DistributedLock method return a Mono or Flux.");
	}

	@Override
	public LockLeases acquireAll(Collection<LockSpec> specs) {
		return LockOperations.super.acquireAll(withWaitTimes(specs));
	}

	@Override
	public CompletableFuture<LockLeases> acquireAllAsync(Collection<LockSpec> specs) {
		return LockOperations.super.acquireAllAsync(withWaitTimes(specs));
	}

	private List<LockSpec> withWaitTimes(Collection<LockSpec> specs) {
		Duration waitTime = this.settings.waitTime();
		return specs.stream().map((spec) -> (spec.waitTime() != null) ? spec : spec.withWaitTime(waitTime)).toList();
	}

	@Override
	public void ensureNoneLost() {
		HeldLease lost = this.holds.findLost(this.clock.nanoTime());
		if (lost != null) {
			throw new LockLostException(lost.key(),
					"Lock '%s' is not held any more: this thread has lost it. Do not rely on anything done under it since."
						.formatted(lost.key()));
		}
	}

	/**
	 * Return where the locks are.
	 * @return the store
	 */
	public LockStore store() {
		return this.store;
	}

	/**
	 * Describe an owner by the part of its token that may be shown.
	 * @param owner the owner token
	 * @param heldFor for how long it has held a lock, or null if that is not known or it
	 * holds none
	 * @return the owner, or null if the token is not one of this library: it may be a
	 * secret of another program
	 */
	public static @Nullable LockHolder describe(String owner, @Nullable Duration heldFor) {
		return OwnerTokens.describe(owner, heldFor);
	}

	/**
	 * Return what this instance holds and waits for now.
	 * @param limit how many holds and how many waits to name at most
	 * @return the activity; nothing, if the template is not running
	 */
	public LockActivity activity(int limit) {
		LockEngine current = this.engine;
		return (current != null) ? current.activity(limit) : LockActivity.NONE;
	}

	/**
	 * Take a lock from whoever holds it, in this instance or another. The holder is told
	 * and its lease is lost; the first waiter gets the lock.
	 * @param key the key of the lock
	 * @return the state of the lock before, with no holder if it was free
	 */
	public CompletionStage<LockState> forceRelease(String key) {
		return this.store.forceRelease(key).whenComplete((before, failure) -> {
			LockEngine current = this.engine;
			String holder = (failure != null) ? null : before.holder();
			if (holder != null && current != null) {
				// The store tells this instance only if it listens already
				current.revoked(holder);
			}
		});
	}

	/**
	 * Find out whether locks can be had, by acquiring and releasing one that only this
	 * instance knows.
	 * @return a stage that ends well if they can, and otherwise with a
	 * {@link io.distributedlock.LockException}. It may take long: set a limit
	 */
	public CompletionStage<Void> probe() {
		LockEngine current = this.engine;
		return (current != null) ? current.probe()
				: CompletableFuture.failedStage(new LockClosedException("distributed-lock-probe"));
	}

	private LockEngine engine(LockSpec spec) {
		LockEngine engine = this.engine;
		if (engine != null) {
			return engine;
		}
		if (this.stopped) {
			throw new LockClosedException(spec.key());
		}
		return startEngine();
	}

	private LockEngine startEngine() {
		this.lifecycle.lock();
		try {
			LockEngine engine = this.engine;
			if (engine == null) {
				this.holds = new ThreadHolds();
				engine = new LockEngine(this.store, this.settings, this.clock, this.holds, this.listeners,
						this.completions);
				startStore(engine);
				this.engine = engine;
				this.stopped = false;
			}
			return engine;
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	private void startStore(LockEngine engine) {
		try {
			awaitStore(this.store.start(engine.instance(), engine.grantListener()));
		}
		catch (InvalidLockStoreException ex) {
			engine.stop();
			this.store.stop();
			throw ex;
		}
	}

	/**
	 * Wait a moment for the store, so that the first callers find it ready.
	 */
	private void awaitStore(CompletionStage<Void> started) {
		try {
			started.toCompletableFuture().get(MAX_START_WAIT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			if (ex.getCause() instanceof InvalidLockStoreException invalid) {
				throw invalid;
			}
			logger.warn("The lock store is not reachable yet, no lock can be acquired until it is", ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void start() {
		startEngine();
	}

	@Override
	public void stop() {
		this.lifecycle.lock();
		try {
			this.stopped = true;
			LockEngine engine = this.engine;
			if (engine != null) {
				this.engine = null;
				engine.stop();
				this.store.stop();
			}
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	@Override
	public void destroy() {
		stop();
	}

	@Override
	public boolean isRunning() {
		return this.engine != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
