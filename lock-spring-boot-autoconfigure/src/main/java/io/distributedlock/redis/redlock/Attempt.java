package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.redlock.Vote.Given;
import io.distributedlock.redis.redlock.Vote.Outdated;
import io.distributedlock.redis.redlock.Vote.Taken;
import io.distributedlock.store.LeaseRequest;
import org.jspecify.annotations.Nullable;

/**
 * One round of asking all nodes for a lock, with fencing tokens of its own. If it fails,
 * every vote is given back, also those that have not arrived.
 */
final class Attempt extends Poll<Vote> {

	private static final long DEQUEUE_DELAY = Duration.ofMillis(500).toNanos();

	private final Redlock redlock;

	private final Acquisition acquisition;

	private final long token;

	private final long startedAt = System.nanoTime();

	/**
	 * Whether these tokens were granted before and the owner asks again.
	 */
	private final boolean repeated;

	/**
	 * Whether a release that follows may reach a node before the question did.
	 */
	private volatile boolean overtakable;

	/**
	 * Whether nodes that refuse let the owner wait.
	 */
	private volatile boolean queueing;

	private boolean granted;

	Attempt(Redlock redlock, Acquisition acquisition, long token, boolean repeated) {
		super(redlock.timer(), redlock.voters());
		this.redlock = redlock;
		this.acquisition = acquisition;
		this.token = token;
		this.repeated = repeated;
	}

	void start() {
		if (size() < this.redlock.majority()) {
			this.acquisition.failed(this);
			return;
		}
		LeaseRequest request = this.acquisition.request();
		Long ticket = this.acquisition.waitingTicket();
		this.queueing = ticket != null;
		ask((voter) -> voter.node().timeout(request.ttl()).toNanos(),
				this.redlock.scripts().acquire(request, this.token, ticket, () -> this.overtakable = true));
	}

	boolean isRepeated() {
		return this.repeated;
	}

	@Override
	boolean isDecided() {
		int majority = this.redlock.majority();
		int votes = votes();
		if (votes >= majority) {
			return true;
		}
		// Lost, but it matters whether to others or because too few answer
		return votes + missing() < majority && (answers() >= majority || answers() + missing() < majority);
	}

	@Override
	void conclude() {
		this.granted = votes() >= this.redlock.majority() && isValid();
	}

	@Override
	void ended() {
		if (this.granted) {
			this.acquisition.granted(this.token);
			return;
		}
		for (int i = 0; i < size(); i++) {
			boolean missing = vote(i) == null && failure(i) == null;
			boolean refused = vote(i) instanceof Taken || vote(i) instanceof Outdated;
			// Those who will answer soon may well refuse, too
			if (!refused && (!missing || isTimeUp())) {
				giveBack(voter(i));
			}
			else if (refused && this.queueing) {
				dequeueIfGone(voter(i));
			}
		}
		this.acquisition.failed(this);
	}

	/**
	 * A node that has answered late, or broken off, may have voted: in vain, or for an
	 * owner that has given the lock back before the question reached the node.
	 */
	@Override
	void late(NodeConnection voter, @Nullable Vote vote) {
		boolean useless = !this.granted || (this.overtakable && this.acquisition.isEnded());
		if (useless && (vote == null || isGiven(vote))) {
			giveBack(voter);
		}
		if (useless && this.queueing && !(vote instanceof Given)) {
			dequeueIfGone(voter);
		}
	}

	/**
	 * Give a vote back, but not one for a lock that was granted earlier and may still be
	 * held.
	 */
	private void giveBack(NodeConnection voter) {
		if (!this.repeated || this.acquisition.isEnded()) {
			Long ticket = this.acquisition.waitingTicket();
			voter.take(this.redlock.scripts().withdraw(this.acquisition.request(), this.token, ticket));
			if (ticket != null) {
				dequeueIfGone(voter);
			}
		}
	}

	/**
	 * Take the owner out of the queue of a node once more if it has gone: the node may
	 * have let it wait after the release.
	 */
	private void dequeueIfGone(NodeConnection voter) {
		if (this.acquisition.isEnded()) {
			// Not before the release of the owner itself, whose answer tells whether it
			// has held the lock
			this.redlock.timer()
				.schedule(() -> voter.take(this.redlock.scripts().release(this.acquisition.request())), DEQUEUE_DELAY);
		}
	}

	@Override
	void answered(NodeConnection voter, @Nullable Throwable failure) {
		voter.node().voted(failure);
	}

	private int votes() {
		int count = 0;
		for (int i = 0; i < size(); i++) {
			count += isGiven(vote(i)) ? 1 : 0;
		}
		return count;
	}

	/**
	 * Return whether an answer is a vote for these very tokens: one for earlier ones may
	 * be taken back at any time.
	 */
	private boolean isGiven(@Nullable Vote vote) {
		return vote instanceof Given given && given.token() == this.token;
	}

	Duration elapsed() {
		return Duration.ofNanos(System.nanoTime() - this.startedAt);
	}

	/**
	 * Return whether no other owner has more votes, or as many and a lower name.
	 */
	boolean isAhead(String owner) {
		int own = votes();
		Map<String, Integer> others = new HashMap<>();
		for (int i = 0; i < size(); i++) {
			if (vote(i) instanceof Taken taken) {
				others.merge(taken.holder(), 1, Integer::sum);
			}
		}
		return others.entrySet()
			.stream()
			.noneMatch((other) -> other.getValue() > own
					|| (other.getValue() == own && other.getKey().compareTo(owner) < 0));
	}

	/**
	 * Return whether something is left of the lease, as the Redlock description wants it.
	 */
	private boolean isValid() {
		Duration ttl = this.acquisition.request().ttl();
		return ttl.minus(elapsed()).minus(ttl.dividedBy(100)).minusMillis(2).compareTo(Duration.ZERO) > 0;
	}

	/**
	 * Return whether a majority would vote for the owner, if only its tokens were higher.
	 */
	boolean isOutdated() {
		int given = 0;
		int outdated = 0;
		for (int i = 0; i < size(); i++) {
			given += (vote(i) instanceof Given) ? 1 : 0;
			outdated += (vote(i) instanceof Outdated) ? 1 : 0;
		}
		return outdated > 0 && given + outdated >= this.redlock.majority();
	}

	/**
	 * Return the highest fencing token that nodes which refused have voted for, or 0.
	 */
	long latestToken() {
		long latest = 0;
		for (int i = 0; i < size(); i++) {
			if (vote(i) instanceof Taken taken) {
				latest = Math.max(latest, taken.latestToken());
			}
			else if (vote(i) instanceof Outdated outdated) {
				latest = Math.max(latest, outdated.latestToken());
			}
		}
		return latest;
	}

	/**
	 * Return who holds the lock on a majority of the nodes, or null if nobody does.
	 */
	@Nullable String holder() {
		Map<String, Integer> counts = new HashMap<>();
		for (int i = 0; i < size(); i++) {
			if (vote(i) instanceof Taken taken
					&& counts.merge(taken.holder(), 1, Integer::sum) >= this.redlock.majority()) {
				return taken.holder();
			}
		}
		return null;
	}

	/**
	 * Return who holds the lock on some node, or an empty string.
	 */
	String anyHolder() {
		for (int i = 0; i < size(); i++) {
			if (vote(i) instanceof Taken taken) {
				return taken.holder();
			}
		}
		return "";
	}

	/**
	 * Return in what time the lock will be free on a majority of the nodes.
	 */
	Duration remaining() {
		Duration[] times = new Duration[size()];
		for (int i = 0; i < times.length; i++) {
			Vote vote = vote(i);
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

	/**
	 * Return why too few nodes have answered: that of the nodes if so many refuse for
	 * good that the others cannot make a majority.
	 */
	LockStoreException failure() {
		LockStoreException refusal = null;
		int refusals = 0;
		for (int i = 0; i < size(); i++) {
			if (failure(i) instanceof LockStoreException failure
					&& !(failure instanceof LockStoreUnavailableException)) {
				refusal = failure;
				refusals++;
			}
		}
		return (refusal != null && this.redlock.isQuorumImpossibleWithout(refusals)) ? refusal
				: this.redlock.quorumNotReached(this);
	}

}
