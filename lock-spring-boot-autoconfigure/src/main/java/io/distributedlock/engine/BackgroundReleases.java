package io.distributedlock.engine;

import java.time.Duration;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Releases by owner token what nobody waits for any more: acquisitions that were given up
 * without an answer, and releases that the store did not confirm. Tries again until the
 * store has answered or the lease has run out by itself.
 * <p>
 * Bounded in memory and in commands, however long the store is away.
 */
final class BackgroundReleases {

	private static final Log logger = LogFactory.getLog(BackgroundReleases.class);

	private static final int MAX_PENDING = 100_000;

	private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(1);

	private static final int MAX_ATTEMPTS_PER_TICK = 256;

	private static final long TICK = Duration.ofMillis(50).toNanos();

	private static final long MAX_BACKOFF = Duration.ofSeconds(1).toNanos();

	private final LockStore store;

	private final LockTimer timer;

	private final MonotonicClock clock;

	private final StoreHealth health;

	private final Queue<Pending> queue = new ConcurrentLinkedQueue<>();

	private final AtomicInteger pending = new AtomicInteger();

	private final AtomicBoolean ticking = new AtomicBoolean();

	BackgroundReleases(LockStore store, LockTimer timer, MonotonicClock clock, StoreHealth health) {
		this.store = store;
		this.timer = timer;
		this.clock = clock;
		this.health = health;
	}

	/**
	 * Release until the store has confirmed it once.
	 */
	void release(LeaseRequest request) {
		add(request, 1, this::attempt);
	}

	/**
	 * Release what an acquisition may still bring about whose connection broke: the store
	 * may read the acquisition after the first release, which came on a newer connection.
	 */
	void cancel(LeaseRequest request) {
		add(request, 2, this::attempt);
	}

	/**
	 * Release what an answer tells of that came after the end, as {@link #release} or
	 * {@link #cancel} do, but on another thread. What the thread sends that reads the
	 * answers of the store can overtake what others have sent: a release by the holder,
	 * which would then find nothing to release and take the lock for lost.
	 * @param broken whether the connection of the acquisition broke
	 */
	void releaseLate(LeaseRequest request, boolean broken) {
		add(request, broken ? 2 : 1, (release) -> {
			if (this.timer.schedule(() -> attempt(release), 0) == null) {
				attempt(release);
			}
		});
	}

	/**
	 * Wait until nothing is left to be released.
	 * @throws TimeoutException if that is not so by the deadline
	 */
	void awaitNonePending(long deadline) throws InterruptedException, TimeoutException {
		while (this.pending.get() > 0) {
			if (deadline - this.clock.nanoTime() <= 0) {
				throw new TimeoutException();
			}
			TimeUnit.MILLISECONDS.sleep(1);
		}
	}

	private void add(LeaseRequest request, int confirmations, Consumer<Pending> begin) {
		if (this.pending.incrementAndGet() > MAX_PENDING) {
			this.pending.decrementAndGet();
			logger.warn("Not releasing lock '%s' in the background, too many releases are pending. "
				.formatted(Printable.of(request.key())) + "It stays locked until its time runs out.");
			return;
		}
		begin.accept(new Pending(request, this.clock.nanoTime() + request.ttl().toNanos(), confirmations));
	}

	private void attempt(Pending release) {
		CompletionStage<Boolean> attempt = StoreCalls.call(this.store, release.request, LockStore::release)
			.toCompletableFuture()
			.copy()
			.orTimeout(ATTEMPT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
		attempt.whenComplete((released, failure) -> {
			if (failure != null) {
				this.health.failed(StoreCalls.unwrap(failure));
			}
			if (failure == null && (released || --release.confirmationsLeft == 0)) {
				this.pending.decrementAndGet();
				return;
			}
			long now = this.clock.nanoTime();
			if (now - release.giveUpAt >= 0) {
				this.pending.decrementAndGet();
				if (failure != null) {
					logger.warn("Gave up releasing lock '%s' in the background, its time has run out: %s"
						.formatted(Printable.of(release.request.key()), StoreCalls.unwrap(failure).getMessage()));
				}
				return;
			}
			release.backoff = (failure != null) ? Math.min(2 * release.backoff, MAX_BACKOFF) : MAX_BACKOFF;
			release.nextAttempt = now + release.backoff;
			this.queue.add(release);
			ensureTicking();
		});
	}

	private void ensureTicking() {
		if (this.ticking.compareAndSet(false, true)) {
			this.timer.schedule(this::tick, TICK);
		}
	}

	private void tick() {
		this.ticking.set(false);
		long now = this.clock.nanoTime();
		int attempts = 0;
		for (Iterator<Pending> it = this.queue.iterator(); it.hasNext() && attempts < MAX_ATTEMPTS_PER_TICK;) {
			Pending release = it.next();
			if (release.nextAttempt - now <= 0) {
				it.remove();
				attempt(release);
				attempts++;
			}
		}
		if (!this.queue.isEmpty()) {
			ensureTicking();
		}
	}

	/**
	 * A release that is not confirmed yet. Touched by one thread at a time: it is either
	 * in the queue or with the store.
	 */
	private static final class Pending {

		private final LeaseRequest request;

		private final long giveUpAt;

		private int confirmationsLeft;

		private long backoff = TICK / 2;

		private long nextAttempt;

		private Pending(LeaseRequest request, long giveUpAt, int confirmations) {
			this.request = request;
			this.giveUpAt = giveUpAt;
			this.confirmationsLeft = confirmations;
		}

	}

}
