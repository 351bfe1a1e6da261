package io.distributedlock.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.distributedlock.LockClosedException;
import io.distributedlock.LockException;
import io.distributedlock.LockNotReplicatedException;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.store.LockStore;
import org.jspecify.annotations.Nullable;

/**
 * The local queues of all locks that threads of this JVM hold or wait for; there is none
 * for others.
 * <p>
 * One thread at a time changes a queue. What follows from a change, commands to the store
 * and waking threads, is done after it.
 */
final class LocalQueues implements Contenders.Listener {

	/**
	 * For how long a lease is passed on among the threads of this JVM while others may
	 * wait.
	 */
	private static final long MAX_PASSING_TIME = Duration.ofMillis(100).toNanos();

	/**
	 * How old an answer may be to tell a waiter whose time is over that the lock is busy.
	 * If it is older, the store is asked once more.
	 */
	private static final long FRESH = Duration.ofSeconds(1).toNanos();

	private final QueueTable queues = new QueueTable();

	private final Contenders contenders;

	private final LeaseRenewer renewer;

	private final BackgroundReleases releases;

	private final MonotonicClock clock;

	private final LockListeners listeners;

	private final StoreHealth health;

	private final int localHandovers;

	/**
	 * What each use of a lock does to its queue: created once, not for each use.
	 */
	private final BiFunction<LocalQueue, Waiter, @Nullable Contender> entering = this::enter;

	private final BiFunction<LocalQueue, Contender, @Nullable Waiter> winning = LocalQueue::enter;

	private final BiFunction<LocalQueue, HeldLease, @Nullable Waiter> passing = this::pass;

	private final BiFunction<LocalQueue, HeldLease, @Nullable Contender> leaving = this::leave;

	LocalQueues(LockStore store, LeaseRenewer renewer, BackgroundReleases releases, LockTimer timer,
			MonotonicClock clock, OwnerTokens ownerTokens, LockListeners listeners, StoreHealth health,
			int localHandovers) {
		this.contenders = new Contenders(store, releases, timer, clock, ownerTokens, health, this);
		this.renewer = renewer;
		this.releases = releases;
		this.clock = clock;
		this.listeners = listeners;
		this.health = health;
		this.localHandovers = localHandovers;
	}

	Contenders contenders() {
		return this.contenders;
	}

	/**
	 * Return the lease by which a thread of this JVM holds a lock, or null.
	 */
	@Nullable HeldLease holder(Contention contention) {
		return this.queues.holder(contention);
	}

	/**
	 * Queue up. Unless another thread of this JVM holds or contends for the lock, the
	 * store is asked for it.
	 */
	void enter(Waiter waiter) {
		Contender started = this.queues.change(waiter.contention(), waiter, this.entering);
		if (started != null) {
			this.contenders.start(started);
		}
		else {
			this.listeners.contended(waiter);
		}
	}

	private @Nullable Contender enter(LocalQueue queue, Waiter waiter) {
		queue.add(waiter);
		return contenderIfNeeded(queue, waiter.contention());
	}

	private @Nullable Contender contenderIfNeeded(LocalQueue queue, Contention contention) {
		if (!queue.needsContender()) {
			return null;
		}
		Contender contender = this.contenders.create(contention);
		queue.contender(contender);
		return contender;
	}

	/**
	 * The wait time of a waiter is over: it ends with the last answer of the store, or
	 * the store is asked once more and the next answer ends it.
	 */
	void timeIsOver(Waiter waiter) {
		Contender contender = change(waiter.contention(), LocalQueue::contender);
		waiter.reliesOn(contender);
		if (contender == null || contender.isAnsweredSince(this.clock.nanoTime() - FRESH)) {
			giveUp(waiter);
		}
		else if (contender.isAnswered()) {
			this.contenders.ask(contender);
		}
	}

	/**
	 * End a waiter with what is known, unless its end has been decided. If it is not the
	 * contender any more on which it relied when its time was over, a thread of this JVM
	 * has had the lock meanwhile.
	 */
	void giveUp(Waiter waiter) {
		if (waiter.claim()) {
			Contender contender = remove(waiter);
			if (contender != null && contender.equals(waiter.reliesOn())) {
				end(waiter, contender);
			}
			else {
				HeldLease lease = holder(waiter.contention());
				waiter.heldBy((lease != null) ? lease.seen(this.clock.nanoTime()) : null);
				waiter.end(null);
			}
		}
	}

	/**
	 * End a waiter with an error, unless its end has been decided.
	 * @return whether it had not been
	 */
	boolean giveUp(Waiter waiter, LockException reason) {
		if (!waiter.claim()) {
			return false;
		}
		remove(waiter);
		waiter.fail(reason);
		return true;
	}

	/**
	 * Take a waiter out of its queue. With the last one, its contender stops.
	 * @return the contender, or null if there is none
	 */
	private @Nullable Contender remove(Waiter waiter) {
		boolean[] unused = new boolean[1];
		Contender contender = change(waiter.contention(), (queue) -> {
			queue.remove(waiter);
			Contender current = queue.contender();
			unused[0] = current != null && !queue.hasWaiters();
			if (unused[0]) {
				queue.contender(null);
			}
			return current;
		});
		if (contender != null && unused[0]) {
			this.contenders.close(contender);
		}
		return contender;
	}

	/**
	 * Wake a claimed waiter without a lease.
	 */
	private void end(Waiter waiter, Contender contender) {
		waiter.heldBy(contender.holder());
		LockStoreUnavailableException failure = contender.failure();
		if (failure != null || !contender.isAnsweredSince(this.clock.nanoTime() - FRESH)) {
			LockStoreUnavailableException unavailable = unavailable(waiter, failure);
			if (failure == null) {
				this.health.failed(unavailable);
			}
			waiter.fail(unavailable);
		}
		else {
			waiter.end(null);
		}
	}

	private LockStoreUnavailableException unavailable(Waiter waiter, @Nullable Throwable cause) {
		long waited = Duration.ofNanos(this.clock.nanoTime() - waiter.startedAt()).toMillis();
		if (cause instanceof LockNotReplicatedException) {
			return new LockNotReplicatedException(
					"Lock '%s' was not acquired within %d ms: %s. ".formatted(waiter.key(), waited, cause.getMessage())
							+ "Check that the replicas are there and keep up.",
					cause);
		}
		return new LockStoreUnavailableException(
				"Lock '%s' was not acquired: the store gave no usable answer within %d ms%s. ".formatted(waiter.key(),
						waited, (cause != null) ? " (" + cause.getMessage() + ")" : "")
						+ "Check that it is reachable and not overloaded.",
				cause);
	}

	@Override
	public void granted(Contender contender) {
		Waiter entered = this.queues.change(contender.contention(), contender, this.winning);
		if (entered != null) {
			wake(entered);
		}
		else {
			this.releases.release(contender.request());
		}
	}

	private void wake(Waiter entered) {
		HeldLease lease = entered.lease();
		this.renewer.add(lease);
		entered.end(lease);
	}

	@Override
	public void answered(Contender contender) {
		if (!this.listeners.isEmpty() && contender.isFoundBusy()) {
			change(contender.contention(), LocalQueue::waiters).forEach(this.listeners::contended);
		}
		long now = this.clock.nanoTime();
		boolean[] unused = new boolean[1];
		List<Waiter> overdue = change(contender.contention(), (queue) -> {
			if (!contender.equals(queue.contender())) {
				return List.<Waiter>of();
			}
			List<Waiter> claimed = queue.claimAll(true, now);
			if (!queue.hasWaiters()) {
				queue.contender(null);
				unused[0] = true;
			}
			return claimed;
		});
		if (unused[0]) {
			this.contenders.close(contender);
		}
		overdue.forEach((waiter) -> end(waiter, contender));
	}

	@Override
	public void refused(Contender contender, Throwable failure) {
		List<Waiter> waiters = change(contender.contention(), (queue) -> {
			if (!contender.equals(queue.contender())) {
				return List.<Waiter>of();
			}
			queue.contender(null);
			return queue.claimAll(false, 0);
		});
		waiters.forEach((waiter) -> waiter.fail((failure instanceof LockException) ? failure
				: new LockStoreException("Lock '%s' was not acquired: %s".formatted(waiter.key(), failure), failure)));
	}

	@Override
	public boolean isInUse(Contender contender) {
		return change(contender.contention(), (queue) -> contender.equals(queue.contender())
				|| (queue.lease() != null && queue.lease().owner().equals(contender.request().owner())));
	}

	/**
	 * Pass a lease on to the next thread of this JVM, without telling the store.
	 * @return whether that was done
	 */
	boolean pass(HeldLease lease) {
		Waiter entered = this.queues.change(lease.contention(), lease, this.passing);
		if (entered != null) {
			wake(entered);
		}
		return entered != null;
	}

	private @Nullable Waiter pass(LocalQueue queue, HeldLease lease) {
		return queue.hasWaiters() ? queue.pass(lease, this.clock.nanoTime(), this.localHandovers, MAX_PASSING_TIME)
				: null;
	}

	/**
	 * Forget a lease that was released or lost. If threads of this JVM wait, the store is
	 * asked for the lock anew, behind those of other JVMs.
	 */
	void leave(HeldLease lease) {
		Contender started = this.queues.change(lease.contention(), lease, this.leaving);
		if (started != null) {
			this.contenders.start(started);
		}
	}

	private @Nullable Contender leave(LocalQueue queue, HeldLease lease) {
		queue.leave(lease);
		return contenderIfNeeded(queue, lease.contention());
	}

	/**
	 * Return all waiters of this JVM.
	 */
	List<Waiter> waiters() {
		List<Waiter> waiters = new ArrayList<>();
		for (Contention contention : this.queues.keys()) {
			waiters.addAll(change(contention, LocalQueue::waiters));
		}
		return waiters;
	}

	/**
	 * End all waiters because the engine stops.
	 */
	void close() {
		for (Contention contention : this.queues.keys()) {
			List<Contender> contender = new ArrayList<>(1);
			List<Waiter> waiters = change(contention, (queue) -> {
				Contender current = queue.contender();
				if (current != null) {
					contender.add(current);
					queue.contender(null);
				}
				return queue.claimAll(false, 0);
			});
			contender.forEach(this.contenders::close);
			waiters.forEach((waiter) -> waiter.fail(new LockClosedException(waiter.key())));
		}
	}

	private <T extends @Nullable Object> T change(Contention contention, Function<LocalQueue, T> change) {
		return this.queues.change(contention, change);
	}

}
