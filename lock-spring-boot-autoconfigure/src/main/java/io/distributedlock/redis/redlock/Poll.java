package io.distributedlock.redis.redlock;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

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

	private int missing;

	private boolean allAsked;

	private boolean timeUp;

	private boolean over;

	private volatile long deadline;

	Poll(RedlockTimer timer, List<NodeConnection> asked) {
		this.timer = timer;
		this.asked = asked;
		this.answers = new @Nullable Object[asked.size()];
		this.missing = asked.size();
	}

	/**
	 * Ask. May end before this returns, but not before all nodes have been asked: what
	 * follows must not overtake the question on its way to a node.
	 */
	final void ask(long timeout, Function<NodeConnection, CompletionStage<V>> question) {
		this.deadline = System.nanoTime() + timeout;
		this.timer.watch(this);
		for (int i = 0; i < this.asked.size(); i++) {
			int number = i;
			question.apply(this.asked.get(i))
				.whenComplete((answer, failure) -> answered(number, (failure != null) ? unwrap(failure) : answer));
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

	private static Throwable unwrap(Throwable failure) {
		return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
	}

	private void answered(int number, Object answer) {
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
			this.timeUp = !this.over;
			ends = endIfPossible();
		}
		if (ends) {
			ended();
		}
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
