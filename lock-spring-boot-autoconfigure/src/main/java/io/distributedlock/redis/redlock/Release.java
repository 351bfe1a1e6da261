package io.distributedlock.redis.redlock;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Releases a lock on all nodes. A majority decides whether the owner held it.
 */
final class Release extends Poll<Long> {

	private final Redlock redlock;

	private final CompletableFuture<Boolean> result = new CompletableFuture<>();

	Release(Redlock redlock, List<NodeConnection> asked) {
		super(redlock.timer(), asked);
		this.redlock = redlock;
	}

	CompletableFuture<Boolean> result() {
		return this.result;
	}

	@Override
	boolean isDecided() {
		return isHeld() || isNotHeld();
	}

	private boolean isHeld() {
		return count(1) >= this.redlock.majority();
	}

	private boolean isNotHeld() {
		int votes = 0;
		long now = System.nanoTime();
		for (int i = 0; i < size(); i++) {
			// A node that has lost its data knows nothing
			votes += (isAnswer(i, 0) && voter(i).isVoting(now)) ? 1 : 0;
		}
		return this.redlock.isQuorumImpossibleWithout(votes);
	}

	private int count(long answer) {
		int count = 0;
		for (int i = 0; i < size(); i++) {
			count += isAnswer(i, answer) ? 1 : 0;
		}
		return count;
	}

	private boolean isAnswer(int number, long answer) {
		Long given = vote(number);
		return given != null && given == answer;
	}

	@Override
	void ended() {
		// When it is repeated, nothing is left to be found
		boolean isGone = answers() >= this.redlock.majority() && count(1) == 0;
		if (isHeld() || isNotHeld() || isGone) {
			this.result.complete(isHeld());
		}
		else {
			this.result.completeExceptionally(this.redlock.quorumNotReached(this));
		}
	}

}
