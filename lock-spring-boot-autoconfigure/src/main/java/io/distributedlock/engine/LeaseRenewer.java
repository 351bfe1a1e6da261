package io.distributedlock.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Watches all leases of this JVM: renews them in batches at a third of their time to live
 * and declares them lost when their validity ends, without needing any answer for that.
 * <p>
 * There is one planned run, at the time the first lease needs attention.
 */
final class LeaseRenewer {

	private static final Log logger = LogFactory.getLog(LeaseRenewer.class);

	/**
	 * Keeps a renewal script short enough not to delay the commands of others.
	 */
	private static final int BATCH_SIZE = 200;

	/**
	 * How long a lock is held before the store is to listen for its forced release.
	 */
	private static final long LISTEN_AFTER = Duration.ofMillis(500).toNanos();

	private static final String NOT_THE_HOLDER = "the store no longer has it as the holder";

	private final LockStore store;

	private final MonotonicClock clock;

	private final Consumer<HeldLease> lost;

	private final LockListeners listeners;

	private final StoreHealth health;

	private final Set<HeldLease> leases = ConcurrentHashMap.newKeySet();

	private final Sweep sweep;

	private final FailureLog failures = new FailureLog(logger);

	private final RepeatedWarnings losses;

	private final Repetition looks;

	/**
	 * Create a renewer.
	 * @param lost is told of each lease that is lost, before the listeners
	 */
	LeaseRenewer(LockStore store, LockTimer timer, MonotonicClock clock, LockListeners listeners, StoreHealth health,
			Consumer<HeldLease> lost) {
		this.store = store;
		this.clock = clock;
		this.listeners = listeners;
		this.health = health;
		this.lost = lost;
		this.losses = new RepeatedWarnings(logger, clock);
		this.sweep = new Sweep(timer, clock, this::renewDue);
		this.looks = new Repetition(timer, LISTEN_AFTER, () -> !this.leases.isEmpty(), this::listenForLongHolds);
	}

	/**
	 * Watch a lease. It is renewed and declared lost from now on.
	 */
	void add(HeldLease lease) {
		this.leases.add(lease);
		this.sweep.by(lease.nextAction());
		this.looks.start();
	}

	/**
	 * While any lease is held for long, let the store listen: an operator may take it
	 * away. Whoever only holds locks for a moment does not need that.
	 */
	private void listenForLongHolds() {
		long now = this.clock.nanoTime();
		if (this.leases.stream().anyMatch((lease) -> now - lease.acquiredAt() >= LISTEN_AFTER)) {
			listen();
		}
	}

	private void listen() {
		try {
			this.store.listen();
		}
		catch (LockStoreException ex) {
			logger.debug("The store cannot listen at present", ex);
		}
	}

	/**
	 * Declare the lease of an owner lost from whom the lock was taken.
	 */
	void revoked(String owner) {
		for (HeldLease lease : this.leases) {
			if (lease.owner().equals(owner)) {
				lose(lease, "it was released by force");
			}
		}
	}

	/**
	 * Ask the store whether all leases are still held: what it said may have been missed.
	 * This prolongs none of them.
	 */
	void verify() {
		long now = this.clock.nanoTime();
		List<HeldLease> held = this.leases.stream().filter((lease) -> lease.validityAt(now).toMillis() > 0).toList();
		forEachBatch(held, (batch) -> verify(batch, now));
	}

	private void verify(List<HeldLease> batch, long now) {
		List<LeaseRequest> requests = batch.stream()
			.map((lease) -> new LeaseRequest(lease.key(), lease.owner(), lease.validityAt(now)))
			.toList();
		StoreCalls.call(this.store, requests, LockStore::renew).whenComplete((replies, failure) -> {
			for (int i = 0; failure == null && i < batch.size(); i++) {
				if (replies.get(i) == RenewReply.LOST) {
					lose(batch.get(i), NOT_THE_HOLDER);
				}
			}
		});
	}

	/**
	 * Forget a lease. No renewal of it is sent after this returns.
	 */
	void remove(HeldLease lease) {
		this.leases.remove(lease);
	}

	Collection<HeldLease> leases() {
		return this.leases;
	}

	/**
	 * Declare a lease lost, if it is still held.
	 */
	void lose(HeldLease lease, String reason) {
		if (lease.lose()) {
			this.leases.remove(lease);
			this.losses.warn(lease.name(),
					"Lost lock %s: %s. Others may hold it while its body still runs.".formatted(lease, reason));
			try {
				this.lost.accept(lease);
			}
			catch (RuntimeException | Error ex) {
				// Other leases are still to be looked after
				logger.error("What was to be done about the loss of lock %s failed".formatted(lease), ex);
			}
			this.listeners.lost(lease, reason);
		}
	}

	private void renewDue() {
		long now = this.clock.nanoTime();
		long earliest = now + Duration.ofDays(1).toNanos();
		List<HeldLease> due = new ArrayList<>();
		for (HeldLease lease : this.leases) {
			if (lease.isOver(now)) {
				lose(lease, reason(lease, now));
				continue;
			}
			if (lease.isRenewalDue(now)) {
				lease.planNextRenewal(now);
				if (lease.isOrphaned()) {
					lease.stopRenewing();
					logger.warn("Not renewing lock %s: its thread has ended without releasing it".formatted(lease));
				}
				else {
					due.add(lease);
				}
			}
			long next = lease.nextAction();
			earliest = (next - earliest < 0) ? next : earliest;
		}
		if (!this.leases.isEmpty()) {
			this.sweep.by(earliest);
		}
		forEachBatch(due, (batch) -> renew(batch, now));
	}

	private static void forEachBatch(List<HeldLease> leases, Consumer<List<HeldLease>> action) {
		for (int from = 0; from < leases.size(); from += BATCH_SIZE) {
			action.accept(leases.subList(from, Math.min(from + BATCH_SIZE, leases.size())));
		}
	}

	private String reason(HeldLease lease, long now) {
		if (lease.isHeldTooLong(now)) {
			return "it was held for its longest time of " + lease.contention().maxHold();
		}
		return "its time ran out" + (this.failures.isFailing() ? " because it could not be renewed" : "");
	}

	private void renew(List<HeldLease> batch, long sentAt) {
		List<LeaseRequest> requests = batch.stream().map((lease) -> lease.renewal(sentAt)).toList();
		StoreCalls.call(this.store, requests, LockStore::renew).whenComplete((renewed, failure) -> {
			if (failure != null) {
				renewalFailed(batch, StoreCalls.unwrap(failure));
			}
			else {
				renewalAnswered(batch, requests, renewed, sentAt);
			}
		});
	}

	private void renewalAnswered(List<HeldLease> batch, List<LeaseRequest> requests, List<RenewReply> renewed,
			long sentAt) {
		long unknown = renewed.stream().filter((reply) -> reply == RenewReply.UNKNOWN).count();
		if (unknown > 0) {
			LockStoreUnavailableException failure = new LockStoreUnavailableException(
					"The store could not tell whether %d lock(s) were renewed, trying again until they run out"
						.formatted(unknown),
					null);
			this.failures.failed(String.valueOf(failure.getMessage()), null);
			this.health.failed(failure);
		}
		else {
			this.failures.recovered();
		}
		long now = this.clock.nanoTime();
		for (int i = 0; i < batch.size(); i++) {
			HeldLease lease = batch.get(i);
			switch (renewed.get(i)) {
				case RENEWED -> {
					if (lease.confirmRenewal(sentAt, requests.get(i).ttl(), now)) {
						lease.renewed();
						this.listeners.renewed(lease);
					}
					else {
						lose(lease, "its renewal was confirmed too late");
					}
				}
				case LOST -> lose(lease, NOT_THE_HOLDER);
				case UNKNOWN -> {
					retry(lease, now);
					this.listeners.renewalFailed(lease, null);
				}
			}
		}
	}

	private void renewalFailed(List<HeldLease> batch, Throwable failure) {
		this.failures.failed("Could not renew %d lock(s), trying again until they run out".formatted(batch.size()),
				failure);
		this.health.failed(failure);
		long now = this.clock.nanoTime();
		for (HeldLease lease : batch) {
			retry(lease, now);
			this.listeners.renewalFailed(lease, failure);
		}
	}

	private void retry(HeldLease lease, long now) {
		lease.planRetry(now);
		this.sweep.by(lease.nextAction());
	}

}
