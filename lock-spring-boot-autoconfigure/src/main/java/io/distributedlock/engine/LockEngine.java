package io.distributedlock.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import io.distributedlock.LockAlreadyHeldException;
import io.distributedlock.LockClosedException;
import io.distributedlock.LockException;
import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLostException;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.OnLost;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.Deadlines.Deadline;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One run of the engine, from start to stop: owns the timer and everything that is held
 * or waited for.
 */
final class LockEngine {

	private static final Log logger = LogFactory.getLog(LockEngine.class);

	/**
	 * A thread that wakes up so much too late is not the only one that is late.
	 */
	static final long STALL = Duration.ofMillis(10).toNanos();

	private static final String ENDED_BEFORE_RELEASE = "it had ended in the store before it was released";

	/**
	 * Stands for the release of a lease that another thread of this JVM goes on with.
	 */
	private static final CompletionStage<Boolean> PASSED = CompletableFuture.completedStage(true);

	/**
	 * Stands for the release of a lease whose lock is kept for a while.
	 */
	private static final CompletionStage<Boolean> KEPT = CompletableFuture.completedStage(false);

	private final LockStore store;

	private final LockSettings settings;

	private final MonotonicClock clock;

	private final Executor completions;

	private final OwnerTokens ownerTokens;

	private final LockTimer timer = new LockTimer();

	private final LockListeners listeners;

	private final StoreHealth health;

	private final Deadlines deadlines;

	private final LeaseRenewer renewer;

	private final BackgroundReleases releases;

	private final LocalQueues queues;

	private final KeptLocks keptLocks;

	private final ThreadHolds holds;

	private final AtomicLong apart = new AtomicLong();

	private final FailureLog unconfirmedReleases = new FailureLog(logger);

	private volatile boolean stopped;

	/**
	 * Create an engine.
	 * @param holds the leases of each thread
	 * @param listeners are told what happens
	 * @param completions runs what callers do when what they did not block for is there
	 */
	LockEngine(LockStore store, LockSettings settings, MonotonicClock clock, ThreadHolds holds,
			List<LockListener> listeners, Executor completions) {
		this.store = store;
		this.settings = settings;
		this.clock = clock;
		this.holds = holds;
		this.completions = completions;
		this.deadlines = new Deadlines(this.timer, clock);
		this.ownerTokens = new OwnerTokens(settings.application());
		this.listeners = new LockListeners(listeners, clock);
		this.health = new StoreHealth(this.timer, clock, this.listeners, this::probe);
		this.releases = new BackgroundReleases(store, this.timer, clock, this.health);
		this.keptLocks = new KeptLocks(this.releases, this.timer);
		this.renewer = new LeaseRenewer(store, this.timer, clock, this.listeners, this.health, this::lost);
		this.queues = new LocalQueues(store, this.renewer, this.releases, this.timer, clock, this.ownerTokens,
				this.listeners, this.health, settings.localHandovers());
	}

	/**
	 * Return the name of this instance, with which its owner tokens begin.
	 */
	String instance() {
		return this.ownerTokens.instance();
	}

	/**
	 * Return who is to be told what the store does to the locks of this instance.
	 */
	GrantListener grantListener() {
		return new StoreMessages(this.queues.contenders(), this.renewer);
	}

	/**
	 * Acquire and release a lock that only this instance knows: nothing else tells
	 * whether locks can be had.
	 * @return a stage that ends well if they can
	 */
	CompletionStage<Void> probe() {
		LeaseRequest request = new LeaseRequest("distributed-lock-probe:" + instance(), this.ownerTokens.next(),
				this.settings.ttl());
		return StoreCalls.call(this.store, request, (asked, probe) -> asked.acquire(probe, false))
			.thenCompose((reply) -> this.store.release(request))
			.<Void>thenApply((released) -> null)
			.whenComplete((ignored, failure) -> {
				if (failure != null) {
					this.releases.cancel(request);
				}
			});
	}

	/**
	 * Run the code of a caller, who cannot be told if it fails.
	 */
	void callBack(Runnable callback) {
		this.completions.execute(() -> {
			try {
				callback.run();
			}
			catch (RuntimeException | Error ex) {
				logger.error("A callback for a lost lock failed", ex);
			}
		});
	}

	/**
	 * Return what is held and waited for.
	 * @param limit how many of each to name at most
	 */
	LockActivity activity(int limit) {
		long now = this.clock.nanoTime();
		List<HeldLease> held = List.copyOf(this.renewer.leases());
		List<Waiter> waiters = this.queues.waiters();
		List<LockActivity.Hold> holds = held.stream()
			.sorted(Comparator.comparingLong((HeldLease lease) -> lease.acquiredAt() - now))
			.limit(limit)
			.map((lease) -> lease.describe(now))
			.toList();
		List<LockActivity.Wait> waits = waiters.stream()
			.sorted(Comparator.comparingLong((Waiter waiter) -> waiter.startedAt() - now))
			.limit(limit)
			.map((waiter) -> waiter.describe(now))
			.toList();
		return new LockActivity(holds, held.size(), waits, waiters.size(), this.health.failure());
	}

	/**
	 * A lock was taken from its owner by force.
	 */
	void revoked(String owner) {
		this.renewer.revoked(owner);
	}

	private void lost(HeldLease lease) {
		lease.reactToLoss();
		this.queues.leave(lease);
	}

	/**
	 * Enter a lease that the current thread has already.
	 * @return another hold of that lease, or null if the thread does not hold the key
	 */
	@Nullable LeaseHandle reenter(LockSpec spec) {
		HeldLease lease = this.holds.find(spec.key());
		if (lease == null) {
			return null;
		}
		if (isHeld(lease)) {
			if (!lease.isReentrant() || !spec.isReentrant()) {
				throw new LockAlreadyHeldException(spec.key());
			}
			if (lease.enter()) {
				return enter(lease, spec);
			}
		}
		else if (!lease.isReleased()) {
			throw new LockLostException(spec.key(),
					"Lock '%s' was not entered again: this thread has lost it. End the outer section first."
						.formatted(spec.key()));
		}
		// Another thread has just released it, or taken it over
		this.holds.remove(lease);
		return null;
	}

	private LeaseHandle enter(HeldLease lease, LockSpec spec) {
		return LeaseHandle.attached(lease, this).enterOnThisThread(spec.onLost() == OnLost.INTERRUPT);
	}

	/**
	 * Start to wait on the current thread.
	 */
	Waiter begin(LockSpec spec) {
		return begin(spec, Thread.currentThread());
	}

	/**
	 * Start to wait on no thread, and queue up.
	 */
	AsyncWait beginAsync(LockSpec spec) {
		Waiter waiter = begin(spec, null);
		this.listeners.acquiring(waiter);
		enter(waiter);
		return new AsyncWait(waiter, this.queues, this.deadlines, this.clock,
				this.settings.responseTimeout().toNanos());
	}

	private Waiter begin(LockSpec spec, @Nullable Thread thread) {
		if (this.stopped) {
			throw new LockClosedException(spec.key());
		}
		Duration waitTime = (spec.waitTime() != null) ? spec.waitTime() : this.settings.waitTime();
		Contention contention = Contention.shared(spec, this.settings);
		if (waitTime.isZero()) {
			return beginOnce(contention, spec, thread);
		}
		// A lock that is kept for a while cannot be passed on
		boolean apart = spec.isFair() || contention.minHold() != null;
		return new Waiter(apart ? contention.apart(this.apart.incrementAndGet()) : contention, spec, thread,
				this.clock.nanoTime(), waitTime.toNanos());
	}

	private Waiter beginOnce(Contention contention, LockSpec spec, @Nullable Thread thread) {
		long now = this.clock.nanoTime();
		Waiter waiter = new Waiter(contention.once(this.apart.incrementAndGet()), spec, thread, now, 0);
		HeldLease holder = this.queues.holder(contention);
		if (holder != null && holder.isHeld(now) && waiter.claim()) {
			waiter.heldBy(holder.seen(now));
			waiter.end(null);
		}
		return waiter;
	}

	/**
	 * Wait on the current thread until the end.
	 * @return the lease, or null if somebody else holds the lock
	 */
	@Nullable LeaseHandle await(Waiter waiter) {
		this.listeners.acquiring(waiter);
		HeldLease lease;
		try {
			lease = refusedIfStopped(awaitLease(waiter));
		}
		catch (LockException ex) {
			this.listeners.notAcquired(waiter, ex);
			throw ex;
		}
		if (lease == null) {
			this.listeners.notAcquired(waiter, null);
			return null;
		}
		this.holds.add(lease);
		this.listeners.acquired(waiter, lease);
		return enter(lease, waiter.spec());
	}

	/**
	 * Give a lease back that came while the engine stopped.
	 */
	private @Nullable HeldLease refusedIfStopped(@Nullable HeldLease lease) {
		if (lease != null && this.stopped) {
			end(lease, false);
			throw new LockClosedException(lease.key());
		}
		return lease;
	}

	private @Nullable HeldLease awaitLease(Waiter waiter) {
		if (Thread.currentThread().isInterrupted()) {
			throw new LockInterruptedException(waiter.key());
		}
		try {
			enter(waiter);
			return outcome(waiter);
		}
		catch (InterruptedException ex) {
			LockInterruptedException interrupted = new LockInterruptedException(waiter.key());
			if (!this.queues.giveUp(waiter, interrupted)) {
				releaseUnused(waiter);
			}
			Thread.currentThread().interrupt();
			throw interrupted;
		}
	}

	private void enter(Waiter waiter) {
		if (waiter.isClaimed()) {
			this.listeners.contended(waiter);
			return;
		}
		this.queues.enter(waiter);
		if (this.stopped) {
			this.queues.giveUp(waiter, new LockClosedException(waiter.key()));
		}
	}

	/**
	 * Take what a wait on no thread has ended with.
	 * @return the lease, or null if somebody else holds the lock
	 */
	@Nullable LeaseHandle endAsync(Waiter waiter) {
		HeldLease lease;
		try {
			lease = refusedIfStopped(joined(waiter));
		}
		catch (LockException ex) {
			this.listeners.notAcquired(waiter, ex);
			throw ex;
		}
		if (lease == null) {
			this.listeners.notAcquired(waiter, null);
			return null;
		}
		this.listeners.acquired(waiter, lease);
		return LeaseHandle.detached(lease, this);
	}

	private @Nullable HeldLease outcome(Waiter waiter) throws InterruptedException {
		try {
			return awaitOutcome(waiter);
		}
		catch (TimeoutException ex) {
			this.queues.giveUp(waiter);
			return joined(waiter);
		}
		catch (ExecutionException ex) {
			return joined(waiter);
		}
	}

	/**
	 * Wait until the wait time is over, and then for a last answer of the store.
	 */
	private @Nullable HeldLease awaitOutcome(Waiter waiter)
			throws InterruptedException, ExecutionException, TimeoutException {
		if (waiter.hasEnded()) {
			return waiter.await(0);
		}
		long waitTime = waiter.deadline() - this.clock.nanoTime();
		try {
			return waiter.await(Math.max(waitTime, 0));
		}
		catch (TimeoutException ex) {
			this.queues.timeIsOver(waiter);
		}
		long responseTimeout = this.settings.responseTimeout().toNanos();
		long latest = this.clock.nanoTime() + responseTimeout;
		try {
			return waiter.await(responseTimeout);
		}
		catch (TimeoutException ex) {
			if (this.clock.nanoTime() - latest < STALL) {
				throw ex;
			}
			// This thread woke up late, so the one that reads the answer may be late, too
			return waiter.await(responseTimeout);
		}
	}

	private static @Nullable HeldLease joined(Waiter waiter) {
		try {
			return waiter.join();
		}
		catch (CompletionException ex) {
			throw (LockException) StoreCalls.unwrap(ex);
		}
	}

	/**
	 * Release a lease that came when its waiter was about to leave.
	 */
	private void releaseUnused(Waiter waiter) {
		try {
			HeldLease lease = waiter.join();
			if (lease != null) {
				end(lease, false);
			}
		}
		catch (CompletionException ex) {
			logger.debug("An interrupted waiter for lock '%s' had failed".formatted(Printable.of(waiter.key())), ex);
		}
	}

	boolean isStopped() {
		return this.stopped;
	}

	boolean isHeld(HeldLease lease) {
		return lease.isHeld(this.clock.nanoTime());
	}

	Duration remainingValidity(HeldLease lease) {
		return lease.remainingValidity(this.clock.nanoTime());
	}

	boolean extend(HeldLease lease, Duration ttl) {
		LockSpec.checkTtl(ttl);
		NonBlockingThreads.refuse(lease.key(), "Extend the lease on another thread.");
		long sentAt = this.clock.nanoTime();
		if (!lease.isHeld(sentAt) || !lease.mayLast(ttl, sentAt)) {
			return false;
		}
		CompletableFuture<List<RenewReply>> renewal = StoreCalls
			.call(this.store, List.of(new LeaseRequest(lease.key(), lease.owner(), ttl)), LockStore::renew)
			.toCompletableFuture();
		RenewReply answer;
		try {
			answer = renewal.get(this.settings.releaseTimeout().toNanos(), TimeUnit.NANOSECONDS).get(0);
		}
		catch (TimeoutException ex) {
			throw notExtended(lease, "the store gave no answer within " + this.settings.releaseTimeout(), null);
		}
		catch (ExecutionException ex) {
			Throwable cause = StoreCalls.unwrap(ex);
			if (cause instanceof LockException refused && !(refused instanceof LockStoreUnavailableException)) {
				throw refused;
			}
			throw notExtended(lease, cause.toString(), cause);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new LockInterruptedException(lease.key());
		}
		if (answer == RenewReply.UNKNOWN) {
			throw notExtended(lease, "the store could not tell who holds it", null);
		}
		if (answer == RenewReply.LOST) {
			this.renewer.lose(lease, "the store no longer has it as the holder");
			return false;
		}
		return lease.confirm(sentAt, ttl, this.clock.nanoTime());
	}

	private static LockStoreUnavailableException notExtended(HeldLease lease, String reason,
			@Nullable Throwable cause) {
		return new LockStoreUnavailableException(
				"Lock '%s' was not extended: %s. The lease remains as it was.".formatted(lease.key(), reason), cause);
	}

	/**
	 * Take a hold away from the thread that the lease belongs to.
	 */
	void detach(HeldLease lease) {
		if (lease.detach()) {
			this.holds.remove(lease);
		}
	}

	/**
	 * Leave one hold of a lease; after the last one, release it and wait for the store,
	 * unless this thread must not be blocked.
	 * @param attached whether the hold is attached to the thread of the lease
	 */
	ReleaseOutcome release(HeldLease lease, boolean attached) {
		if (!leave(lease, attached)) {
			return ReleaseOutcome.STILL_HELD;
		}
		CompletionStage<Boolean> release = endLast(lease, true);
		if (release == null) {
			return ReleaseOutcome.LOST;
		}
		boolean toBeAwaited = isToBeAwaited(release) && !NonBlockingThreads.isCurrent();
		return ended(lease,
				toBeAwaited ? awaitRelease(lease, release.toCompletableFuture()) : unawaitedOutcome(release));
	}

	/**
	 * Leave one hold of a lease; after the last one, release it. Blocks no thread.
	 * @param attached whether the hold is attached to the thread of the lease
	 * @param used whether anybody may have done something under the hold
	 */
	CompletionStage<ReleaseOutcome> releaseAsync(HeldLease lease, boolean attached, boolean used) {
		if (!leave(lease, attached)) {
			return CompletableFuture.completedStage(ReleaseOutcome.STILL_HELD);
		}
		CompletionStage<Boolean> release = endLast(lease, used);
		if (release == null) {
			return CompletableFuture.completedStage(ReleaseOutcome.LOST);
		}
		return isToBeAwaited(release) ? whenReleased(lease, release)
				: CompletableFuture.completedStage(ended(lease, unawaitedOutcome(release)));
	}

	/**
	 * Leave one hold of a lease.
	 * @return whether it was the last
	 */
	private boolean leave(HeldLease lease, boolean attached) {
		boolean last = lease.leave();
		if (!last && attached) {
			detach(lease);
		}
		return last;
	}

	private @Nullable CompletionStage<Boolean> endLast(HeldLease lease, boolean used) {
		CompletionStage<Boolean> release = end(lease, used || lease.wasEnteredAgain());
		this.holds.remove(lease);
		return release;
	}

	private boolean isToBeAwaited(CompletionStage<Boolean> release) {
		return !release.equals(PASSED) && !release.equals(KEPT) && this.settings.releaseMode() == ReleaseMode.SYNC;
	}

	private static ReleaseOutcome unawaitedOutcome(CompletionStage<Boolean> release) {
		if (release.equals(KEPT)) {
			return ReleaseOutcome.KEPT;
		}
		return release.equals(PASSED) ? ReleaseOutcome.RELEASED : ReleaseOutcome.UNCONFIRMED;
	}

	private ReleaseOutcome ended(HeldLease lease, ReleaseOutcome outcome) {
		if (outcome == ReleaseOutcome.LOST) {
			this.listeners.lost(lease, ENDED_BEFORE_RELEASE);
		}
		else {
			this.listeners.released(lease, outcome);
		}
		return outcome;
	}

	/**
	 * Stop the renewal of a lease and pass it on, or tell the store.
	 * @param used whether anybody did something under the lock, so that it may have to be
	 * kept
	 * @return whether the store still had us as the holder, or null if the lease had been
	 * lost
	 */
	private @Nullable CompletionStage<Boolean> end(HeldLease lease, boolean used) {
		long now = this.clock.nanoTime();
		if (!lease.isHeld(now)) {
			this.renewer.lose(lease, "its time ran out");
		}
		boolean wasHeld = lease.end();
		this.renewer.remove(lease);
		if (wasHeld && used && lease.restOfMinHold(now) > 0) {
			this.keptLocks.keep(lease, now);
			this.queues.leave(lease);
			return KEPT;
		}
		if (wasHeld && !this.stopped && this.queues.pass(lease)) {
			return PASSED;
		}
		CompletionStage<Boolean> release = StoreCalls.call(this.store, lease.request(), LockStore::release);
		CompletableFuture<Boolean> answer = release.toCompletableFuture();
		if (StoreCalls.isAnswered(answer)) {
			releaseAnswered(lease, wasHeld, answer.join(), null);
		}
		else {
			release.whenComplete((released, failure) -> releaseAnswered(lease, wasHeld, released, failure));
		}
		this.queues.leave(lease);
		return wasHeld ? release : null;
	}

	private void releaseAnswered(HeldLease lease, boolean wasHeld, @Nullable Boolean released,
			@Nullable Throwable failure) {
		if (failure != null) {
			Throwable cause = StoreCalls.unwrap(failure);
			logger.debug("Releasing lock %s in the background".formatted(lease), cause);
			this.health.failed(cause);
			this.releases.release(lease.request());
		}
		else if (wasHeld && !Boolean.TRUE.equals(released)) {
			logger.warn("Lock %s had ended in the store before it was released. ".formatted(lease)
					+ "Others may have held it while its body still ran.");
		}
	}

	private ReleaseOutcome awaitRelease(HeldLease lease, CompletableFuture<Boolean> release) {
		if (StoreCalls.isAnswered(release)) {
			return confirmed(release.join());
		}
		long deadline = this.clock.nanoTime() + this.settings.releaseTimeout().toNanos();
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return confirmed(release.get(deadline - this.clock.nanoTime(), TimeUnit.NANOSECONDS));
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		catch (TimeoutException ex) {
			return unanswered(lease);
		}
		catch (ExecutionException ex) {
			return unconfirmed(lease, StoreCalls.unwrap(ex));
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private CompletionStage<ReleaseOutcome> whenReleased(HeldLease lease, CompletionStage<Boolean> release) {
		CompletableFuture<Boolean> answer = release.toCompletableFuture();
		if (answer.isDone()) {
			return CompletableFuture.completedStage(ended(lease, awaitRelease(lease, answer)));
		}
		CompletableFuture<ReleaseOutcome> outcome = new CompletableFuture<>();
		Deadline deadline = this.deadlines.add(this.clock.nanoTime() + this.settings.releaseTimeout().toNanos(),
				() -> this.completions.execute(() -> outcome.complete(ended(lease, unanswered(lease)))));
		release.whenComplete((released, failure) -> {
			if (this.deadlines.remove(deadline)) {
				this.completions.execute(() -> outcome.complete(ended(lease,
						(failure != null) ? unconfirmed(lease, StoreCalls.unwrap(failure)) : confirmed(released))));
			}
		});
		return outcome;
	}

	private ReleaseOutcome confirmed(boolean released) {
		this.unconfirmedReleases.recovered();
		return released ? ReleaseOutcome.RELEASED : ReleaseOutcome.LOST;
	}

	private ReleaseOutcome unanswered(HeldLease lease) {
		this.health.failed(new TimeoutException());
		this.releases.release(lease.request());
		return unconfirmed(lease, null);
	}

	private ReleaseOutcome unconfirmed(HeldLease lease, @Nullable Throwable cause) {
		this.unconfirmedReleases
			.failed("The release of lock %s is not confirmed, trying again in the background until it has run out"
				.formatted(lease), cause);
		return ReleaseOutcome.UNCONFIRMED;
	}

	/**
	 * Give up what is waited for, release what is held, and free the timer. Takes at most
	 * the release time-out.
	 */
	void stop() {
		this.stopped = true;
		this.queues.close();
		Map<HeldLease, CompletableFuture<Boolean>> releases = endAll();
		try {
			long deadline = this.clock.nanoTime() + this.settings.releaseTimeout().toNanos();
			CompletableFuture.allOf(releases.values().toArray(CompletableFuture[]::new))
				.get(this.settings.releaseTimeout().toNanos(), TimeUnit.NANOSECONDS);
			this.releases.awaitNonePending(deadline);
		}
		catch (TimeoutException | ExecutionException ex) {
			logger.warn("Not all locks were released before shutdown, the rest stay locked until their time runs out");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		releases.forEach((lease, release) -> ended(lease, outcome(release)));
		this.timer.stop();
		this.deadlines.runAll();
	}

	private Map<HeldLease, CompletableFuture<Boolean>> endAll() {
		Map<HeldLease, CompletableFuture<Boolean>> releases = new LinkedHashMap<>();
		for (HeldLease lease : this.renewer.leases()) {
			CompletionStage<Boolean> release = end(lease, true);
			lease.reactToLoss();
			if (KEPT.equals(release)) {
				ended(lease, ReleaseOutcome.KEPT);
			}
			else if (release != null) {
				releases.put(lease, release.toCompletableFuture());
			}
		}
		return releases;
	}

	private static ReleaseOutcome outcome(CompletableFuture<Boolean> release) {
		if (!release.isDone() || release.isCompletedExceptionally()) {
			return ReleaseOutcome.UNCONFIRMED;
		}
		return release.join() ? ReleaseOutcome.RELEASED : ReleaseOutcome.LOST;
	}

}
