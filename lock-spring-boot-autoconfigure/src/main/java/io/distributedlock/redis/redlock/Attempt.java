package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.distributedlock.redis.redlock.Vote.Given;
import io.distributedlock.redis.redlock.Vote.Outdated;
import io.distributedlock.redis.redlock.Vote.Taken;
import org.jspecify.annotations.Nullable;

/**
 * One round of asking all nodes for a lock, with fencing tokens of its own. If it fails,
 * every vote is given back, also those that have not arrived.
 */
final class Attempt extends Poll<Vote> {

	private final Redlock redlock;

	private final Acquisition acquisition;

	private final long token;

	private final long startedAt = System.nanoTime();

	/**
	 * Whether these tokens were granted before and the owner asks again.
	 */
	private final boolean repeated;

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
		Duration ttl = this.acquisition.request().ttl();
		ask(this.redlock.settings().nodeTimeout(ttl).toNanos(), this.redlock.scripts()
			.acquire(this.acquisition.request(), this.token, this.acquisition.waitingTicket()));
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
		}
		this.acquisition.failed(this);
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

	@Override
	void late(NodeConnection voter, @Nullable Vote vote) {
		if (!this.granted && (vote == null || isGiven(vote))) {
			giveBack(voter);
		}
	}

	private void giveBack(NodeConnection voter) {
		if (!this.repeated) {
			voter.take(this.redlock.scripts()
				.withdraw(this.acquisition.request(), this.token, this.acquisition.waitingTicket()));
		}
	}

}
