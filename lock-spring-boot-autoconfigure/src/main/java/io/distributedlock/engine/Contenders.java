package io.distributedlock.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.HeldLease.Grant;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LockStore;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store on behalf of all contenders of this JVM: at once when they start, again
 * in batches when it is time, and all of them when grants may have been missed.
 * <p>
 * A waiter is told of its grant by a message, which may be lost, late or stale; it is
 * never more than a reason to look at once. What may be believed of it is decided by
 * {@link Contender#grantOf}, after the model in {@code HandOver.tla}.
 */
final class Contenders implements GrantListener {

	/**
	 * Keeps a script short enough not to delay the commands of others.
	 */
	private static final int BATCH_SIZE = 256;

	private final LockStore store;

	private final BackgroundReleases releases;

	private final MonotonicClock clock;

	private final OwnerTokens ownerTokens;

	private final Listener listener;

	private final StoreHealth health;

	private final ConcurrentMap<String, Contender> open = new ConcurrentHashMap<>();

	private final Sweep sweep;

	Contenders(LockStore store, BackgroundReleases releases, LockTimer timer, MonotonicClock clock,
			OwnerTokens ownerTokens, StoreHealth health, Listener listener) {
		this.store = store;
		this.releases = releases;
		this.clock = clock;
		this.ownerTokens = ownerTokens;
		this.health = health;
		this.listener = listener;
		this.sweep = new Sweep(timer, clock, this::askDue);
	}

	/**
	 * Create a contender with an owner token of its own, which asks nothing yet.
	 */
	Contender create(Contention contention) {
		return new Contender(contention, this.ownerTokens.next());
	}

	/**
	 * Ask the store for the first time, unless the contender is closed already. From now
	 * on grants are awaited.
	 */
	void start(Contender contender) {
		this.open.put(contender.request().owner(), contender);
		if (contender.isOpen()) {
			ask(contender);
		}
		else {
			this.open.remove(contender.request().owner());
		}
	}

	/**
	 * Ask the store.
	 */
	void ask(Contender contender) {
		long sentAt = this.clock.nanoTime();
		contender.asks(sentAt);
		this.sweep.by(contender.nextCheck());
		CompletionStage<AcquireReply> question = StoreCalls.call(this.store, contender,
				(asked, asking) -> asked.acquire(asking.request(), asking.contention().enqueue()));
		CompletableFuture<AcquireReply> answer = question.toCompletableFuture();
		if (StoreCalls.isAnswered(answer)) {
			answered(contender, answer.join(), sentAt);
			return;
		}
		question.whenComplete((reply, failure) -> {
			if (failure != null) {
				failed(contender, StoreCalls.unwrap(failure), sentAt);
			}
			else {
				answered(contender, reply, sentAt);
			}
		});
	}

	/**
	 * Stop contending: leave the queue, or give back what was granted meanwhile.
	 */
	void close(Contender contender) {
		boolean closed = contender.close();
		// Not before: another thread may be about to start it
		this.open.remove(contender.request().owner());
		if (closed && contender.mayBeKnown()) {
			release(contender);
		}
	}

	@Override
	public void granted(String owner, long fencingToken) {
		Contender contender = this.open.get(owner);
		if (contender == null) {
			return;
		}
		long now = this.clock.nanoTime();
		Grant grant = contender.grantOf(fencingToken, now);
		if (grant != null) {
			win(contender, grant, now);
		}
		else {
			contender.told();
			ask(contender);
		}
	}

	@Override
	public void hinted(String owner) {
		Contender contender = this.open.get(owner);
		if (contender != null) {
			contender.told();
			ask(contender);
		}
	}

	@Override
	public void revoked(String owner) {
		// The grant that was taken away may not have arrived yet
		hinted(owner);
	}

	@Override
	public void missed() {
		long now = this.clock.nanoTime();
		this.open.values().forEach((contender) -> contender.checkAt(now));
		if (!this.open.isEmpty()) {
			this.sweep.by(now);
		}
	}

	private void answered(Contender contender, AcquireReply reply, long sentAt) {
		if (reply instanceof AcquireReply.Granted granted) {
			if (contender.isForgotten()) {
				this.store.verifyListening();
			}
			answered(contender, new Grant(granted.fencingToken(), sentAt, contender.handOver()));
		}
		else if (reply instanceof AcquireReply.Busy busy) {
			answered(contender, busy, sentAt);
		}
		else if (reply instanceof AcquireReply.Failed failed) {
			failed(contender, failed.failure(), sentAt);
		}
	}

	private void answered(Contender contender, Grant grant) {
		long now = this.clock.nanoTime();
		if (contender.sound(grant, now) != null) {
			win(contender, grant, now);
		}
		else {
			failed(contender,
					new LockStoreUnavailableException("the answer took longer than the time to live allows", null),
					grant.sentAt());
		}
	}

	private void win(Contender contender, Grant grant, long now) {
		if (contender.win(grant, now)) {
			this.open.remove(contender.request().owner());
			this.listener.granted(contender);
		}
		else {
			releaseUnlessInUse(contender);
		}
	}

	private void answered(Contender contender, AcquireReply.Busy busy, long sentAt) {
		contender.answered(busy, sentAt, this.clock.nanoTime());
		if (contender.isOpen()) {
			this.listener.answered(contender);
			planCheck(contender);
		}
		else if (busy.queued()) {
			releaseUnlessInUse(contender);
		}
	}

	private void failed(Contender contender, Throwable failure, long sentAt) {
		this.health.failed(failure);
		if (!(failure instanceof LockStoreUnavailableException unavailable)) {
			if (contender.close()) {
				this.open.remove(contender.request().owner());
				if (contender.isQueued()) {
					release(contender);
				}
				this.listener.refused(contender, failure);
			}
			return;
		}
		contender.failed(unavailable, sentAt, this.clock.nanoTime());
		if (contender.isOpen()) {
			this.listener.answered(contender);
			planCheck(contender);
		}
		else {
			releaseUnlessInUse(contender);
		}
	}

	/**
	 * Release what an answer tells of that came after the end: the store may have read
	 * the question after the release that followed, and given the owner the lock or a
	 * place in the queue once more.
	 */
	private void releaseUnlessInUse(Contender contender) {
		boolean used = !contender.isClosed()
				&& (contender.mayBeKept(this.clock.nanoTime()) || this.listener.isInUse(contender));
		if (!used) {
			this.releases.releaseLate(contender.request(), contender.isBroken());
		}
	}

	private void release(Contender contender) {
		if (contender.isBroken()) {
			this.releases.cancel(contender.request());
		}
		else {
			this.releases.release(contender.request());
		}
	}

	private void planCheck(Contender contender) {
		if (contender.isOpen()) {
			this.sweep.by(contender.nextCheck());
		}
	}

	private void askDue() {
		long now = this.clock.nanoTime();
		List<Contender> due = new ArrayList<>();
		Contender earliest = null;
		for (Contender contender : this.open.values()) {
			if (contender.isCheckDue(now)) {
				contender.asks(now);
				due.add(contender);
			}
			if (earliest == null || contender.nextCheck() - earliest.nextCheck() < 0) {
				earliest = contender;
			}
		}
		if (earliest != null) {
			this.sweep.by(earliest.nextCheck());
		}
		forEachBatch(due, this::recheck);
	}

	private static void forEachBatch(List<Contender> due, Consumer<List<Contender>> action) {
		for (int from = 0; from < due.size(); from += BATCH_SIZE) {
			action.accept(due.subList(from, Math.min(from + BATCH_SIZE, due.size())));
		}
	}

	private void recheck(List<Contender> batch) {
		if (batch.size() == 1) {
			ask(batch.get(0));
			return;
		}
		long sentAt = this.clock.nanoTime();
		StoreCalls.call(this.store, batch.stream().map(Contender::request).toList(), LockStore::recheck)
			.whenComplete((replies, failure) -> recheckAnswered(batch, replies, failure, sentAt));
	}

	private void recheckAnswered(List<Contender> batch, @Nullable List<AcquireReply> replies,
			@Nullable Throwable failure, long sentAt) {
		for (int i = 0; i < batch.size(); i++) {
			if (replies != null) {
				answered(batch.get(i), replies.get(i), sentAt);
			}
			else if (failure != null) {
				failed(batch.get(i), StoreCalls.unwrap(failure), sentAt);
			}
		}
	}

	/**
	 * Is told what becomes of contenders.
	 */
	interface Listener {

		/**
		 * The contender has won the lock.
		 */
		void granted(Contender contender);

		/**
		 * The lock is busy, or it is not known yet; the contender goes on.
		 */
		void answered(Contender contender);

		/**
		 * The store refused the request for good.
		 */
		void refused(Contender contender, Throwable failure);

		/**
		 * Return whether a thread holds the lock that the contender has won, or is about
		 * to.
		 */
		boolean isInUse(Contender contender);

	}

}
