package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.distributedlock.store.LockState;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a lock on all nodes: somebody holds it who holds it on a majority.
 */
final class Inspection extends Poll<LockState> {

	private final Redlock redlock;

	private final String key;

	private final boolean thorough;

	private final CompletableFuture<LockState> result = new CompletableFuture<>();

	/**
	 * Create an inspection.
	 * @param thorough whether to wait for the answers of all nodes, as long as the time
	 * allows, even if those that are there decide
	 */
	Inspection(Redlock redlock, String key, List<NodeConnection> voters, boolean thorough) {
		super(redlock.timer(), voters);
		this.redlock = redlock;
		this.key = key;
		this.thorough = thorough;
	}

	CompletableFuture<LockState> result() {
		return this.result;
	}

	@Override
	boolean isDecided() {
		if (this.thorough) {
			return false;
		}
		int free = 0;
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			if (state != null && state.holder() == null) {
				free++;
			}
		}
		return free >= this.redlock.majority() || held() != null;
	}

	/**
	 * Return the state of the lock if a majority says that somebody holds it.
	 */
	private @Nullable LockState held() {
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			String holder = (state != null) ? state.holder() : null;
			if (state != null && holder != null) {
				List<Duration> remaining = remaining(holder);
				if (remaining.size() >= this.redlock.majority()) {
					// So long it is held on a majority
					Duration end = remaining.get(remaining.size() - this.redlock.majority());
					LockState queue = longestQueue();
					return new LockState(this.key, holder, state.heldFor(), end, latestToken(), queue.waiters(),
							queue.waiting());
				}
			}
		}
		return null;
	}

	private List<Duration> remaining(String holder) {
		List<Duration> remaining = new ArrayList<>(size());
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			if (state != null && holder.equals(state.holder())) {
				remaining.add(state.remaining());
			}
		}
		remaining.sort(null);
		return remaining;
	}

	/**
	 * Return the answer of the node that knows most waiters.
	 */
	private LockState longestQueue() {
		LockState longest = new LockState(this.key, null, Duration.ZERO, 0);
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			longest = (state != null && state.waiting() > longest.waiting()) ? state : longest;
		}
		return longest;
	}

	/**
	 * Return the nodes that have said that a holder has the lock there.
	 */
	List<NodeConnection> nodesWith(String holder) {
		List<NodeConnection> nodes = new ArrayList<>(size());
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			if (state != null && holder.equals(state.holder())) {
				nodes.add(voter(i));
			}
		}
		return nodes;
	}

	private long latestToken() {
		long latest = 0;
		for (int i = 0; i < size(); i++) {
			LockState state = vote(i);
			latest = (state != null) ? Math.max(latest, state.fencingToken()) : latest;
		}
		return latest;
	}

	@Override
	void ended() {
		LockState held = held();
		if (held != null) {
			this.result.complete(held);
		}
		else if (answers() >= this.redlock.majority()) {
			LockState queue = longestQueue();
			this.result.complete(new LockState(this.key, null, null, Duration.ZERO, latestToken(), queue.waiters(),
					queue.waiting()));
		}
		else {
			this.result.completeExceptionally(this.redlock.quorumNotReached(this));
		}
	}

}
