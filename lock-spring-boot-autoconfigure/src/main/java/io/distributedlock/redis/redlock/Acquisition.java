package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
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
	 * For how long one that asks only once tries again while others are ahead of it: well
	 * within the time in which its caller expects an answer.
	 */
	private static final long PATIENCE_BEHIND_OTHERS = Duration.ofMillis(20).toNanos();

	/**
	 * How long to wait for the hints of a majority after the first.
	 */
	private static final long HINT_DELAY = Duration.ofMillis(5).toNanos();

	private final Redlock redlock;

	private volatile LeaseRequest request;

	private final BitSet hintedBy = new BitSet();

	/**
	 * The answer to who has asked, or null if nobody has.
	 */
	private @Nullable CompletableFuture<AcquireReply> answer;

	/**
	 * The answer to those who have asked after the nodes had been asked: a lease counts
	 * from the question, so theirs must not be one that began before.
	 */
	private @Nullable CompletableFuture<AcquireReply> nextAnswer;

	private boolean enqueue;

	private long askedAt;

	private int repetitions;

	private int splits;

	private long ticket;

	private long highestToken;

	private boolean hinted;

	private volatile @Nullable Long grantedToken;

	private volatile long usedAt;

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
	 * Ask the nodes, or ask them again as soon as they have answered if they are being
	 * asked already.
	 */
	CompletionStage<AcquireReply> ask(LeaseRequest request, boolean enqueue) {
		CompletableFuture<AcquireReply> asked = new CompletableFuture<>();
		synchronized (this) {
			this.request = request;
			this.enqueue = enqueue;
			if (this.answer != null) {
				this.nextAnswer = (this.nextAnswer != null) ? this.nextAnswer : asked;
				return this.nextAnswer;
			}
			begin(asked);
		}
		attempt();
		return asked;
	}

	private void begin(CompletableFuture<AcquireReply> asked) {
		this.answer = asked;
		this.askedAt = System.nanoTime();
		this.repetitions = 0;
		this.hinted = false;
		used();
	}

	/**
	 * Take note that somebody still wants or has the lock.
	 */
	void used() {
		this.usedAt = System.nanoTime();
	}

	/**
	 * Return whether nobody has asked for the lock or renewed it for so long that it has
	 * run out.
	 */
	synchronized boolean isForgotten(long now) {
		return this.answer == null && now - this.usedAt > this.request.ttl().toNanos();
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

	/**
	 * Return the first of the fencing tokens that the owner was granted, or null if it
	 * has not got the lock.
	 */
	@Nullable Long grantedToken() {
		return this.grantedToken;
	}

	void granted(long token) {
		this.grantedToken = token;
		this.redlock.granted();
		answer(new Granted(token));
	}

	void failed(Attempt attempt) {
		seen(attempt.latestToken());
		if (attempt.answers() < this.redlock.majority()) {
			answer(null, attempt.failure());
		}
		else if (this.ended) {
			answer(nothing());
		}
		else if (attempt.isRepeated()) {
			// What was granted has run out
			this.grantedToken = null;
			attempt();
		}
		else if (attempt.isOutdated() && repeats()) {
			attempt();
		}
		else {
			busy(attempt);
		}
	}

	private synchronized void seen(long token) {
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
		String holder = attempt.holder();
		if (holder != null) {
			answer(busy(holder, attempt.remaining()));
			return;
		}
		boolean ahead = attempt.isAhead(this.request.owner());
		long delay = splitDelay(attempt, ahead);
		if (!this.enqueue && repeats() && (ahead || isInTime(delay))) {
			this.redlock.timer().schedule(this::attemptAgain, delay);
		}
		else {
			answer(busy(attempt.anyHolder(), Duration.ofNanos(delay)));
		}
	}

	private synchronized boolean isInTime(long delay) {
		return System.nanoTime() - this.askedAt + delay < PATIENCE_BEHIND_OTHERS;
	}

	private void attemptAgain() {
		if (isOver()) {
			answer(nothing());
		}
		else {
			attempt();
		}
	}

	/**
	 * Return the answer for an owner that does not want the lock any more, or has it
	 * already by an earlier question.
	 */
	private synchronized Busy nothing() {
		return new Busy(this.request.owner(), Duration.ZERO, this.highestToken, false);
	}

	/**
	 * Return when to try again: the one with the most votes as soon as the others have
	 * given theirs back, which takes as long as to ask for them, and the others later,
	 * after a random time that grows from one try to the next.
	 */
	private long splitDelay(Attempt attempt, boolean ahead) {
		long elapsed = Math.max(attempt.elapsed().toNanos(), MIN_SPLIT_DELAY);
		if (ahead) {
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

	private void answer(AcquireReply reply) {
		answer(reply, null);
	}

	/**
	 * Answer who has asked; then ask the nodes for those who have asked meanwhile.
	 */
	private void answer(@Nullable AcquireReply reply, @Nullable LockStoreException failure) {
		boolean over = isOver() || (failure != null && !(failure instanceof LockStoreUnavailableException));
		CompletableFuture<AcquireReply> asked;
		CompletableFuture<AcquireReply> next;
		synchronized (this) {
			asked = this.answer;
			next = this.nextAnswer;
			this.answer = null;
			this.nextAnswer = null;
			if (next != null && !over) {
				begin(next);
			}
		}
		if ((next == null || over) && !isKept(reply, failure)) {
			this.redlock.forget(this);
		}
		complete(asked, reply, failure);
		if (next != null && over) {
			complete(next, (failure != null) ? null : nothing(), failure);
		}
		else if (next != null) {
			attempt();
		}
	}

	/**
	 * Return whether the owner may ask again, or give the lock back.
	 */
	private static boolean isKept(@Nullable AcquireReply reply, @Nullable LockStoreException failure) {
		return reply instanceof Granted || (reply instanceof Busy busy && busy.queued())
				|| failure instanceof LockStoreUnavailableException;
	}

	private static void complete(@Nullable CompletableFuture<AcquireReply> asked, @Nullable AcquireReply reply,
			@Nullable LockStoreException failure) {
		if (asked != null && reply != null) {
			asked.complete(reply);
		}
		else if (asked != null && failure != null) {
			asked.completeExceptionally(failure);
		}
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
			if (this.answer != null) {
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

	boolean isEnded() {
		return this.ended;
	}

	/**
	 * Put the lock on a node that lacks it, if the owner holds it.
	 */
	void restore(LeaseRequest lease, NodeConnection voter) {
		Long token = this.grantedToken;
		if (token == null || this.ended) {
			return;
		}
		this.redlock.scripts().restore(lease, token).apply(voter).whenComplete((restored, failure) -> {
			// A release may have overtaken it
			if (this.ended && (failure != null || restored == 1)) {
				voter.take(this.redlock.scripts().release(lease));
			}
		});
	}

	/**
	 * Return whether the owner does not want the lock (any more).
	 */
	private boolean isOver() {
		return this.ended || this.grantedToken != null;
	}

}
