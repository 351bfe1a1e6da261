package io.distributedlock.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.NetworkFault;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.ServerFault;

/**
 * Five independent servers, of which up to two fail at a time. They have no persistence,
 * so one that restarts must not vote for a while.
 */
final class RedlockTopology implements Topology {

	private static final int NODES = 5;

	/**
	 * At once and for certain: if votes ended a while after the jump, there could be
	 * another one on other nodes before that.
	 */
	private static final Duration LEASE_IS_OVER = Campaign.TTL.multipliedBy(10);

	private static final int ATTEMPTS = 50;

	private final List<RedisServerProcess> nodes = new ArrayList<>();

	private final List<FaultProxy> networks = new ArrayList<>();

	RedlockTopology() {
		for (int i = 0; i < NODES; i++) {
			this.nodes.add(RedisServerProcess.start());
			this.networks.add(new FaultProxy(this.nodes.get(i)));
		}
	}

	@Override
	public List<RedisServerProcess> servers() {
		return this.nodes;
	}

	@Override
	public int masters() {
		return NODES;
	}

	@Override
	public int copies() {
		return NODES;
	}

	@Override
	public boolean mayForgetLocks() {
		return false;
	}

	@Override
	public List<String> properties(int client) {
		List<String> properties = new ArrayList<>();
		properties.add("distributed-lock.redlock.max-ttl=" + Campaign.TTL.multipliedBy(2));
		IntStream.range(0, NODES)
			.forEach((i) -> properties
				.add("distributed-lock.redlock.nodes[%d]=%s".formatted(i, this.networks.get(i).uri())));
		return properties;
	}

	/**
	 * Return all faults but evictions: a node that has thrown a vote away does not know
	 * it, so the documentation rules them out. Clocks that jump forward take votes away,
	 * too: a minority may lose those on locks for which all have voted.
	 */
	@Override
	public List<Fault> faults() {
		List<Fault> faults = new ArrayList<>();
		EnumSet.complementOf(EnumSet.of(ServerFault.LACKING_REPLICAS, ServerFault.EVICTING))
			.forEach((fault) -> faults.add(new Fault("node " + fault, (random) -> some(random,
					(node) -> fault.inject(this.nodes.get(node)), (node) -> fault.heal(this.nodes.get(node))))));
		for (NetworkFault fault : NetworkFault.values()) {
			faults.add(new Fault("network " + fault, (random) -> some(random,
					(node) -> fault.inject(this.networks.get(node)), (node) -> this.networks.get(node).pass())));
		}
		faults.add(Fault.momentary("node expiry as after a clock jump forward, of locks that all nodes have", false,
				(random) -> {
					List<RedisServerProcess> jumping = any(random).stream().map(this.nodes::get).toList();
					for (int i = 0; i < ATTEMPTS
							&& ClockJump.whereAllAgree(jumping, this.nodes, LEASE_IS_OVER) == 0; i++) {
						// There is none that all have at the moment
					}
				}));
		faults.add(Fault.momentary("node expiry as after a clock jump backward", false, (random) -> any(random)
			.forEach((node) -> ClockJump.of(this.nodes.get(node), ClockJump.any(random).negated()))));
		return faults;
	}

	private static Runnable some(Random random, Consumer<Integer> inject, Consumer<Integer> heal) {
		List<Integer> failing = any(random);
		failing.forEach(inject);
		return () -> failing.forEach(heal);
	}

	private static List<Integer> any(Random random) {
		List<Integer> numbers = new ArrayList<>(IntStream.range(0, NODES).boxed().toList());
		Collections.shuffle(numbers, random);
		return numbers.subList(0, 1 + random.nextInt(NODES / 2));
	}

	@Override
	public void close() {
		this.networks.forEach(FaultProxy::close);
		this.nodes.forEach(RedisServerProcess::close);
	}

}
