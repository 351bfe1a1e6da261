package io.distributedlock.redis.redlock;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.ToLongFunction;

import io.distributedlock.redis.internal.RedisErrors;
import org.jspecify.annotations.Nullable;

/**
 * Asks nodes the same question, all at once, and ends as soon as their answers decide, or
 * when the time is up. Answers that come later are no part of it.
 *
 * @param <V> the type of an answer
 */
abstract class Poll<V> implements Timed {

	private final RedlockTimer timer;

	private final List<NodeConnection> asked;

	/**
	 * What each node answered, or the exception it failed with, or null.
	 */
	private final @Nullable Object[] answers;

	/**
	 * Until when to wait for each node.
	 */
	private final long[] deadlines;

	private int missing;

	private boolean allAsked;

	private boolean timeUp;

	private boolean over;

	private volatile long deadline;

	Poll(RedlockTimer timer, List<NodeConnection> asked) {
		this.timer = timer;
		this.asked = asked;
		this.answers = new @Nullable Object[asked.size()];
		this.deadlines = new long[asked.size()];
		this.missing = asked.size();
	}

	/**
	 * Ask, and wait for all nodes equally long.
	 */
	final void ask(long timeout, Function<NodeConnection, CompletionStage<V>> question) {
		ask((voter) -> timeout, question);
	}

	/**
	 * Ask. May end before this returns, but not before all nodes have been asked: what
	 * follows must not overtake the question on its way to a node.
	 * @param timeout how many nanoseconds to wait for a node
	 */
	final void ask(ToLongFunction<NodeConnection> timeout, Function<NodeConnection, CompletionStage<V>> question) {
		long now = System.nanoTime();
		this.deadline = now;
		for (int i = 0; i < this.deadlines.length; i++) {
			this.deadlines[i] = now + timeout.applyAsLong(this.asked.get(i));
			if (i == 0 || this.deadlines[i] - this.deadline < 0) {
				this.deadline = this.deadlines[i];
			}
		}
		this.timer.watch(this);
		for (int i = 0; i < this.asked.size(); i++) {
			int number = i;
			question.apply(this.asked.get(i))
				.whenComplete((answer, failure) -> answered(number,
						(failure != null) ? RedisErrors.unwrap(failure) : answer));
		}
		boolean ends;
		synchronized (this) {
			this.allAsked = true;
			ends = endIfPossible();
		}
		if (ends) {
			endedInTime();
		}
	}

	private void answered(int number, Object answer) {
		answered(this.asked.get(number), (answer instanceof Throwable failure) ? failure : null);
		boolean late;
		boolean ends = false;
		synchronized (this) {
			late = this.over;
			if (!late) {
				this.answers[number] = answer;
				this.missing--;
				ends = endIfPossible();
			}
		}
		if (ends) {
			endedInTime();
		}
		else if (late) {
			late(this.asked.get(number), vote(answer));
		}
	}

	private boolean endIfPossible() {
		boolean ends = !this.over && this.allAsked && (this.missing == 0 || this.timeUp || isDecided());
		if (ends) {
			this.over = true;
			conclude();
		}
		return ends;
	}

	private void endedInTime() {
		this.timer.forget(this);
		ended();
	}

	@Override
	public final void timeIsUp() {
		boolean ends;
		synchronized (this) {
			long latest = latestDeadline();
			boolean goesOn = !this.over && latest - this.deadline > 0;
			if (goesOn) {
				// There are nodes for which to wait longer
				this.deadline = latest;
				this.timer.watch(this);
			}
			this.timeUp = !this.over && !goesOn;
			ends = endIfPossible();
		}
		if (ends) {
			ended();
		}
	}

	/**
	 * Return until when to wait for those that have not answered yet.
	 */
	private long latestDeadline() {
		long latest = this.deadline;
		for (int i = 0; i < this.deadlines.length; i++) {
			if (this.answers[i] == null && this.deadlines[i] - latest > 0) {
				latest = this.deadlines[i];
			}
		}
		return latest;
	}

	@Override
	public final long deadline() {
		return this.deadline;
	}

	/**
	 * Return whether the answers decide, whatever those that are missing will be.
	 */
	abstract boolean isDecided();

	/**
	 * Draw the conclusion, before anything else happens. The answers do not change any
	 * more.
	 */
	void conclude() {
		// Most can do it later
	}

	/**
	 * Do what follows from the answers.
	 */
	abstract void ended();

	/**
	 * A node has answered, in time or not.
	 * @param failure what it failed with, or null
	 */
	void answered(NodeConnection voter, @Nullable Throwable failure) {
		// Most are not interested in it
	}

	/**
	 * An answer came too late.
	 * @param vote the answer, or null if it was a failure
	 */
	void late(NodeConnection voter, @Nullable V vote) {
		// It has no effect on most questions
	}

	/**
	 * Return whether this has ended because the time was up.
	 */
	final boolean isTimeUp() {
		return this.timeUp;
	}

	final int size() {
		return this.asked.size();
	}

	final int missing() {
		return this.missing;
	}

	/**
	 * Return how many nodes have answered and not failed.
	 */
	final int answers() {
		int count = 0;
		for (Object answer : this.answers) {
			count += (answer != null && !(answer instanceof Throwable)) ? 1 : 0;
		}
		return count;
	}

	final NodeConnection voter(int number) {
		return this.asked.get(number);
	}

	/**
	 * Return what a node answered, or null if it did not or failed.
	 */
	final @Nullable V vote(int number) {
		return vote(this.answers[number]);
	}

	@SuppressWarnings("unchecked")
	private @Nullable V vote(@Nullable Object answer) {
		return (answer instanceof Throwable) ? null : (V) answer;
	}

	/**
	 * Return what a node failed with, or null if it did not.
	 */
	final @Nullable Throwable failure(int number) {
		return (this.answers[number] instanceof Throwable failure) ? failure : null;
	}

}
