package io.distributedlock.redis.redlock;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.distributedlock.store.RenewReply;

/**
 * Renews leases on all nodes. A lease lasts if a majority has renewed it.
 */
final class Renewal extends Poll<List<Boolean>> {

	private final Redlock redlock;

	private final int leases;

	private final CompletableFuture<List<RenewReply>> result = new CompletableFuture<>();

	Renewal(Redlock redlock, int leases, List<NodeConnection> voters) {
		super(redlock.timer(), voters);
		this.redlock = redlock;
		this.leases = leases;
	}

	CompletableFuture<List<RenewReply>> result() {
		return this.result;
	}

	@Override
	boolean isDecided() {
		for (int lease = 0; lease < this.leases; lease++) {
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
		List<RenewReply> replies = IntStream.range(0, this.leases).mapToObj(this::reply).toList();
		if (replies.stream().anyMatch((reply) -> reply != RenewReply.UNKNOWN)) {
			this.result.complete(replies);
		}
		else {
			this.result.completeExceptionally(this.redlock.quorumNotReached(this));
		}
	}

}
