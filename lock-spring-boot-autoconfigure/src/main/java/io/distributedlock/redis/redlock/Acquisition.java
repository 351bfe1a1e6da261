package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.redlock.Vote.Given;
import io.distributedlock.redis.redlock.Vote.Outdated;
import io.distributedlock.redis.redlock.Vote.Taken;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.AcquireReply.Busy;
import io.distributedlock.store.AcquireReply.Granted;
import io.distributedlock.store.LeaseRequest;
import org.jspecify.annotations.Nullable;

/**
 * What an owner has done to get a lock, from the first time it asks until it gives up or
 * gives the lock back.
 */
final class Acquisition {

	/**
	 * How often to try again at once when a node has voted for higher fencing tokens, or
	 * when several owners have shared the votes among them and this one asks only once.
	 */
	private static final int MAX_REPETITIONS = 5;

	private static final long MIN_SPLIT_DELAY = Duration.ofNanos(200_000).toNanos();

	private static final long MAX_SPLIT_DELAY = Duration.ofMillis(64).toNanos();

	/**
	 * How long to wait for the hints of a majority after the first.
	 */
	private static final long HINT_DELAY = Duration.ofMillis(5).toNanos();

	private static final Busy ASK_AGAIN = new Busy("", Duration.ZERO, 0, true);

	private final Redlock redlock;

	private volatile LeaseRequest request;

	private final BitSet hintedBy = new BitSet();

	private @Nullable Question question;

	private boolean enqueue;

	private int repetitions;

	private int splits;

	private long ticket;

	private long highestToken;

	private boolean hinted;

	private volatile @Nullable Long grantedToken;

	private volatile long grantedAt;

	private volatile boolean ended;

	Acquisition(Redlock redlock, LeaseRequest request) {
		this.redlock = redlock;
		this.request = request;
	}

	LeaseRequest request() {
		return this.request;
	}

	boolean isFor(LeaseRequest other) {
		return this.request.key().equals(other.key()) && this.request.owner().equals(other.owner());
	}

	/**
	 * Ask the nodes, unless they are being asked already.
	 */
	CompletionStage<AcquireReply> ask(LeaseRequest request, boolean enqueue) {
		Question asked;
		synchronized (this) {
			if (this.question != null) {
				return this.question.later();
			}
			asked = new Question();
			this.question = asked;
			this.request = request;
			this.enqueue = enqueue;
			this.repetitions = 0;
			this.hinted = false;
		}
		attempt();
		return asked.first();
	}

	/**
	 * Ask with new fencing tokens, or with those that were granted already if the owner
	 * asks again.
	 */
	private void attempt() {
		Long granted = this.grantedToken;
		long token = (granted != null) ? granted : this.redlock.fencingTokens().propose(this.request.key());
		synchronized (this) {
			this.hintedBy.clear();
			if (this.ticket == 0) {
				this.ticket = token;
			}
		}
		new Attempt(this.redlock, this, token, granted != null).start();
	}

	/**
	 * Return the ticket with which the owner is to wait, or null if it does not wait.
	 */
	synchronized @Nullable Long waitingTicket() {
		return (this.enqueue && !isOver()) ? this.ticket : null;
	}

	void granted(long token) {
		this.grantedAt = System.nanoTime();
		this.grantedToken = token;
		this.redlock.granted();
		answer(new Granted(token));
	}

	/**
	 * Return whether the lock was granted so long ago that nobody can be about to ask
	 * again.
	 */
	boolean isGrantedLongAgo(long now) {
		return this.grantedToken != null && now - this.grantedAt > this.request.ttl().toNanos();
	}

	void failed(Attempt attempt) {
		int given = 0;
		int outdated = 0;
		synchronized (this) {
			for (int i = 0; i < attempt.size(); i++) {
				Vote vote = attempt.vote(i);
				if (vote instanceof Given) {
					given++;
				}
				else if (vote instanceof Outdated refused) {
					outdated++;
					seen(refused.latestToken());
				}
				else if (vote instanceof Taken held) {
					seen(held.latestToken());
				}
			}
		}
		if (attempt.answers() < this.redlock.majority()) {
			fail(attempt);
		}
		else if (attempt.isRepeated()) {
			// What was granted has run out
			this.grantedToken = null;
			attempt();
		}
		else if (outdated > 0 && given + outdated >= this.redlock.majority() && repeats()) {
			attempt();
		}
		else {
			busy(attempt);
		}
	}

	private void seen(long token) {
		this.highestToken = Math.max(this.highestToken, token);
		this.redlock.fencingTokens().seen(this.request.key(), token);
	}

	private synchronized boolean repeats() {
		return !isOver() && this.repetitions++ < MAX_REPETITIONS;
	}

	/**
	 * Others have votes. If one of them has a majority, wait for that one; if not, all of
	 * them try again, but not all at the same time.
	 */
	private void busy(Attempt attempt) {
		Taken holder = holder(attempt);
		if (holder != null) {
			answer(busy(holder.holder(), remaining(attempt)));
			return;
		}
		long delay = splitDelay(attempt);
		if (!this.enqueue && repeats()) {
			this.redlock.timer().schedule(this::attemptAgain, delay);
		}
		else {
			answer(busy(anyHolder(attempt), Duration.ofNanos(delay)));
		}
	}

	private void attemptAgain() {
		if (isOver()) {
			answer(busy("", Duration.ZERO));
		}
		else {
			attempt();
		}
	}

	/**
	 * Return when to try again: the one with the most votes as soon as the others have
	 * given theirs back, which takes as long as to ask for them, and the others later,
	 * after a random time that grows from one try to the next.
	 */
	private long splitDelay(Attempt attempt) {
		long elapsed = Math.max(attempt.elapsed().toNanos(), MIN_SPLIT_DELAY);
		if (attempt.isAhead(this.request.owner())) {
			return Math.min(elapsed, MAX_SPLIT_DELAY);
		}
		int tries;
		synchronized (this) {
			tries = Math.min(this.splits++, 8);
		}
		return Math.min(2 * elapsed + ThreadLocalRandom.current().nextLong((2 * elapsed) << tries), MAX_SPLIT_DELAY);
	}

	private synchronized Busy busy(String holder, Duration remaining) {
		Duration wait = this.hinted ? Duration.ZERO : remaining;
		return new Busy(holder, wait, this.highestToken, this.enqueue);
	}

	/**
	 * Return what a majority says of who holds the lock, or null if they do not agree.
	 */
	private @Nullable Taken holder(Attempt attempt) {
		Map<String, Integer> counts = new HashMap<>();
		for (int i = 0; i < attempt.size(); i++) {
			if (attempt.vote(i) instanceof Taken taken
					&& counts.merge(taken.holder(), 1, Integer::sum) >= this.redlock.majority()) {
				return taken;
			}
		}
		return null;
	}

	private static String anyHolder(Attempt attempt) {
		for (int i = 0; i < attempt.size(); i++) {
			if (attempt.vote(i) instanceof Taken taken) {
				return taken.holder();
			}
		}
		return "";
	}

	/**
	 * Return in what time the lock will be free on a majority of the nodes.
	 */
	private Duration remaining(Attempt attempt) {
		Duration[] times = new Duration[attempt.size()];
		for (int i = 0; i < times.length; i++) {
			Vote vote = attempt.vote(i);
			if (vote instanceof Taken taken) {
				times[i] = taken.remaining();
			}
			else {
				times[i] = (vote != null) ? Duration.ZERO : LockSpec.MAX_DURATION;
			}
		}
		Arrays.sort(times);
		return times[this.redlock.majority() - 1];
	}

	private void fail(Attempt attempt) {
		LockStoreException refusal = null;
		int refusals = 0;
		for (int i = 0; i < attempt.size(); i++) {
			if (attempt.failure(i) instanceof LockStoreException failure
					&& !(failure instanceof LockStoreUnavailableException)) {
				refusal = failure;
				refusals++;
			}
		}
		LockStoreException failure = (refusal != null && this.redlock.isQuorumImpossibleWithout(refusals)) ? refusal
				: this.redlock.quorumNotReached(attempt);
		Question asked = takeQuestion();
		if (asked != null) {
			if (failure.equals(refusal)) {
				this.redlock.forget(this);
			}
			asked.fail(failure);
		}
	}

	private void answer(AcquireReply reply) {
		Question asked = takeQuestion();
		if (asked != null) {
			if (reply instanceof Busy busy && !busy.queued()) {
				this.redlock.forget(this);
			}
			asked.answer(reply);
		}
	}

	private synchronized @Nullable Question takeQuestion() {
		Question asked = this.question;
		this.question = null;
		return asked;
	}

	/**
	 * A node says that it is the turn of the owner. With the first of these hints the
	 * lock may not be free on enough nodes yet.
	 */
	void hinted(int node, long latestToken) {
		boolean complete;
		synchronized (this) {
			seen(latestToken);
			this.hintedBy.set(node);
			int count = this.hintedBy.cardinality();
			complete = count >= this.redlock.majority();
			if (!complete && count > 1) {
				return;
			}
		}
		if (complete) {
			tellOfTurn();
		}
		else {
			this.redlock.timer().schedule(this::tellOfTurn, HINT_DELAY);
		}
	}

	private void tellOfTurn() {
		synchronized (this) {
			if (isOver() || this.hintedBy.isEmpty()) {
				return;
			}
			this.hintedBy.clear();
			if (this.question != null) {
				// The nodes may have been asked before the lock became free
				this.hinted = true;
				return;
			}
		}
		this.redlock.listener().hinted(this.request.owner());
	}

	/**
	 * The owner gives up, or gives the lock back.
	 */
	void end() {
		this.ended = true;
	}

	/**
	 * Return whether the owner does not want the lock (any more).
	 */
	private boolean isOver() {
		return this.ended || this.grantedToken != null;
	}

	/**
	 * What the nodes are asked, and whoever asks the same while they are.
	 */
	private static final class Question {

		private final CompletableFuture<AcquireReply> first = new CompletableFuture<>();

		private @Nullable CompletableFuture<AcquireReply> later;

		CompletionStage<AcquireReply> first() {
			return this.first;
		}

		/**
		 * Return the answer to those who ask later. They are not told of a grant but to
		 * ask once more: they would count the lease from their own question, and it began
		 * before that.
		 */
		CompletionStage<AcquireReply> later() {
			if (this.later == null) {
				this.later = new CompletableFuture<>();
			}
			return this.later;
		}

		/**
		 * Answer, the first one first.
		 */
		void answer(AcquireReply reply) {
			this.first.complete(reply);
			if (this.later != null) {
				this.later.complete((reply instanceof Granted) ? ASK_AGAIN : reply);
			}
		}

		void fail(LockStoreException failure) {
			this.first.completeExceptionally(failure);
			if (this.later != null) {
				this.later.completeExceptionally(failure);
			}
		}

	}

}
