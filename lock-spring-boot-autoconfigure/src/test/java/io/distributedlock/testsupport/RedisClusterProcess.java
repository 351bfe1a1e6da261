package io.distributedlock.testsupport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A Redis Cluster of three masters, each with as many replicas as wanted.
 */
public final class RedisClusterProcess implements AutoCloseable {

	private static final int MASTERS = 3;

	private static final int SLOTS = 16384;

	private static final Duration FORMATION_TIMEOUT = Duration.ofSeconds(30);

	private final List<RedisServerProcess> nodes = new ArrayList<>();

	private RedisClusterProcess() {
	}

	/**
	 * Start a cluster of masters only and wait until it serves all slots.
	 * @param extraArguments further options of all nodes
	 * @return the running cluster, to be closed by the caller
	 */
	public static RedisClusterProcess start(String... extraArguments) {
		return start(0, Duration.ofSeconds(10), extraArguments);
	}

	/**
	 * Start a cluster where each master has a replica, which soon takes over when the
	 * master is gone.
	 * @param extraArguments further options of all nodes
	 * @return the running cluster, to be closed by the caller
	 */
	public static RedisClusterProcess startReplicated(String... extraArguments) {
		return start(1, Duration.ofSeconds(1), extraArguments);
	}

	private static RedisClusterProcess start(int replicasEach, Duration nodeTimeout, String... extraArguments) {
		RedisClusterProcess cluster = new RedisClusterProcess();
		try {
			for (int i = 0; i < MASTERS * (1 + replicasEach); i++) {
				cluster.nodes.add(RedisServerProcess.startClusterNode(
						ReplicatedRedis.replicable(extraArguments, "--cluster-enabled", "yes", "--cluster-node-timeout",
								Long.toString(nodeTimeout.toMillis()), "--cluster-replica-validity-factor", "0")));
			}
			cluster.form();
			return cluster;
		}
		catch (RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	private void form() {
		RedisServerProcess first = this.nodes.get(0);
		for (int i = 0; i < this.nodes.size(); i++) {
			RedisServerProcess node = this.nodes.get(i);
			node.cli("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
			node.cli("CLUSTER", "MEET", first.host(), Integer.toString(first.port()));
		}
		for (int i = 0; i < MASTERS; i++) {
			addSlots(this.nodes.get(i), IntStream.range(firstSlot(i), firstSlot(i + 1)));
		}
		await("all nodes know each other", () -> this.nodes.stream().allMatch(this::knowsAllNodes));
		for (RedisServerProcess replica : replicas()) {
			int master = this.nodes.indexOf(replica) % MASTERS;
			replica.cli("CLUSTER", "REPLICATE", id(this.nodes.get(master)));
		}
		replicas().forEach(ReplicatedRedis::awaitLink);
		await("all nodes serve all slots", () -> this.nodes.stream().allMatch(this::servesAllSlots));
	}

	private static void await(String goal, Callable<Boolean> condition) {
		Awaitility.await(goal)
			.pollInSameThread()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(20))
			.atMost(FORMATION_TIMEOUT)
			.until(condition);
	}

	private static int firstSlot(int master) {
		return master * SLOTS / MASTERS;
	}

	private static void addSlots(RedisServerProcess node, IntStream slots) {
		node.cli(Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), slots.mapToObj(Integer::toString))
			.toArray(String[]::new));
	}

	private static String id(RedisServerProcess node) {
		return String.valueOf(node.cli("CLUSTER", "MYID"));
	}

	private boolean knowsAllNodes(RedisServerProcess node) {
		String known = String.valueOf(node.cli("CLUSTER", "NODES"));
		return known.lines().count() == this.nodes.size() && !known.contains("handshake");
	}

	private boolean servesAllSlots(RedisServerProcess node) {
		String info = String.valueOf(node.cli("CLUSTER", "INFO"));
		String nodes = String.valueOf(node.cli("CLUSTER", "NODES"));
		return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SLOTS)
				&& nodes.lines().filter((line) -> line.contains("slave")).count() == replicas().size();
	}

	public List<RedisServerProcess> nodes() {
		return List.copyOf(this.nodes);
	}

	public List<RedisServerProcess> masters() {
		return List.copyOf(this.nodes.subList(0, MASTERS));
	}

	/**
	 * Return the replicas, in the order of their masters.
	 * @return the nodes that were replicas at the start
	 */
	public List<RedisServerProcess> replicas() {
		return List.copyOf(this.nodes.subList(MASTERS, this.nodes.size()));
	}

	/**
	 * Return which of the {@link #masters()} had a key at the start.
	 * @param key the key
	 * @return the master
	 */
	public RedisServerProcess masterOf(String key) {
		long slot = (Long) Objects.requireNonNull(this.nodes.get(0).cli("CLUSTER", "KEYSLOT", key));
		return IntStream.range(0, MASTERS)
			.filter((i) -> slot < firstSlot(i + 1))
			.mapToObj(this.nodes::get)
			.findFirst()
			.orElseThrow();
	}

	@Override
	public void close() {
		this.nodes.forEach(RedisServerProcess::close);
	}

}
