package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

import io.distributedlock.redis.internal.EvictionPolicy;
import io.distributedlock.store.StoreStatus;

/**
 * What is known of all nodes together.
 *
 * @param nodes the nodes
 * @param majority how many of them are needed
 * @param maxClockSkew by how much a clock may differ
 * @param policies when each of the nodes removes keys
 */
record QuorumStatus(List<RedlockNode> nodes, int majority, Duration maxClockSkew, List<EvictionPolicy> policies) {

	StoreStatus toStoreStatus() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("quorumMargin", margin());
		details.put("nodes",
				IntStream.range(0, this.nodes.size())
					.mapToObj((i) -> details(this.nodes.get(i), this.policies.get(i)))
					.toList());
		return new StoreStatus(details, warnings());
	}

	private int margin() {
		return (int) this.nodes.stream().filter((node) -> node.state().isVoting()).count() - this.majority;
	}

	private static Map<String, Object> details(RedlockNode node, EvictionPolicy policy) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("address", node.address());
		details.put("state", node.state().name().toLowerCase(Locale.ROOT));
		Duration roundTrip = node.roundTrip();
		if (roundTrip != null) {
			details.put("roundTripMillis", roundTrip.toNanos() / 1_000_000.0);
		}
		Duration skew = node.clockSkew();
		if (skew != null) {
			details.put("clockSkewMillis", skew.toMillis());
		}
		details.put("evictionPolicy", policy.policy());
		if (!node.quarantine().isZero()) {
			details.put("quarantineSeconds", node.quarantine().toSeconds() + 1);
		}
		String problem = node.problem();
		if (problem != null) {
			details.put("problem", problem);
		}
		return details;
	}

	private List<String> warnings() {
		List<String> warnings = new ArrayList<>();
		int margin = margin();
		if (margin == 0) {
			warnings.add("No more node may fail: locks can only just be acquired.");
		}
		else if (margin < 0) {
			warnings.add("No lock can be acquired before %d more node(s) can vote.".formatted(-margin));
		}
		for (int i = 0; i < this.nodes.size(); i++) {
			RedlockNode node = this.nodes.get(i);
			Duration skew = node.clockSkew();
			if (!node.state().isVoting()) {
				warnings.add("Node %s does not vote: %s.".formatted(node.address(), node.problem()));
			}
			if (skew != null && skew.abs().compareTo(this.maxClockSkew) > 0) {
				warnings.add("The clock of node %s differs by %d ms from that of this machine. Synchronize the clocks."
					.formatted(node.address(), skew.abs().toMillis()));
			}
			warnings.addAll(this.policies.get(i).warnings("Node " + node.address()));
		}
		return warnings;
	}

}
