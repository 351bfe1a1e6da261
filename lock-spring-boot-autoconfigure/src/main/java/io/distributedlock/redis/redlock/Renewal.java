package io.distributedlock.redis.redlock;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.RenewReply;
import org.jspecify.annotations.Nullable;

/**
 * Renews leases on all nodes. A lease lasts if a majority has renewed it.
 */
final class Renewal extends Poll<List<Boolean>> {

	private final Redlock redlock;

	private final List<LeaseRequest> leases;

	private final CompletableFuture<List<RenewReply>> result = new CompletableFuture<>();

	Renewal(Redlock redlock, List<LeaseRequest> leases, List<NodeConnection> voters) {
		super(redlock.timer(), voters);
		this.redlock = redlock;
		this.leases = leases;
	}

	CompletableFuture<List<RenewReply>> result() {
		return this.result;
	}

	@Override
	boolean isDecided() {
		for (int lease = 0; lease < this.leases.size(); lease++) {
			if (reply(lease) == RenewReply.UNKNOWN) {
				return false;
			}
		}
		return true;
	}

	private RenewReply reply(int lease) {
		if (count(lease, true) >= this.redlock.majority()) {
			return RenewReply.RENEWED;
		}
		return this.redlock.isQuorumImpossibleWithout(count(lease, false)) ? RenewReply.LOST : RenewReply.UNKNOWN;
	}

	private int count(int lease, boolean held) {
		int count = 0;
		for (int i = 0; i < size(); i++) {
			List<Boolean> vote = vote(i);
			if (vote != null && vote.get(lease) == held) {
				count++;
			}
		}
		return count;
	}

	@Override
	void ended() {
		List<RenewReply> replies = IntStream.range(0, this.leases.size()).mapToObj(this::reply).toList();
		if (replies.stream().anyMatch((reply) -> reply != RenewReply.UNKNOWN)) {
			this.result.complete(replies);
		}
		else {
			this.result.completeExceptionally(this.redlock.quorumNotReached(this));
		}
		for (int i = 0; i < size(); i++) {
			restore(voter(i), vote(i));
		}
	}

	@Override
	void late(NodeConnection voter, @Nullable List<Boolean> vote) {
		restore(voter, vote);
	}

	/**
	 * Put leases that last on a node that lacks them, so that those which are held for
	 * long outlive that nodes restart one after another.
	 */
	private void restore(NodeConnection voter, @Nullable List<Boolean> vote) {
		for (int lease = 0; vote != null && lease < vote.size(); lease++) {
			if (!vote.get(lease) && reply(lease) == RenewReply.RENEWED) {
				this.redlock.restore(this.leases.get(lease), voter);
			}
		}
	}

}
