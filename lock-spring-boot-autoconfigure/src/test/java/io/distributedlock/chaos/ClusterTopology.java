package io.distributedlock.chaos;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import io.distributedlock.testsupport.RedisClusterProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RespException;
import io.distributedlock.testsupport.ServerFault;

/**
 * A Redis Cluster of three masters and three replicas.
 */
final class ClusterTopology implements Topology {

	private final RedisClusterProcess redis = RedisClusterProcess.startReplicated();

	private final Networks networks;

	ClusterTopology(int clients) {
		this.networks = new Networks(servers(), clients);
	}

	@Override
	public List<RedisServerProcess> servers() {
		return this.redis.nodes();
	}

	@Override
	public int masters() {
		return this.redis.masters().size();
	}

	@Override
	public boolean mayForgetLocks() {
		return true;
	}

	@Override
	public List<String> properties(int client) {
		List<String> properties = new ArrayList<>(this.networks.properties(client));
		properties.add("spring.data.redis.cluster.nodes="
				+ servers().stream().map((node) -> node.host() + ":" + node.port()).collect(Collectors.joining(",")));
		return properties;
	}

	@Override
	public List<Fault> faults() {
		List<Fault> faults = new ArrayList<>();
		EnumSet.complementOf(EnumSet.of(ServerFault.READ_ONLY))
			.forEach((fault) -> faults.add(new Fault("master " + fault, (random) -> {
				RedisServerProcess master = Roles.anyMaster(servers(), random);
				fault.inject(master);
				return () -> fault.heal(master);
			})));
		for (ServerFault fault : List.of(ServerFault.HUNG, ServerFault.KILLED)) {
			faults.add(new Fault("master %s until failover".formatted(fault), (random) -> {
				List<RedisServerProcess> replicas = servers().stream().filter((node) -> !Roles.isMaster(node)).toList();
				RedisServerProcess master = Roles.anyMaster(servers(), random);
				fault.inject(master);
				Roles.awaitFailover(() -> replicas.stream().anyMatch(Roles::isMaster));
				return () -> fault.heal(master);
			}));
			faults.add(new Fault("replica " + fault, (random) -> {
				RedisServerProcess replica = Roles.anyReplica(servers(), random);
				fault.inject(replica);
				return () -> fault.heal(replica);
			}));
		}
		faults.add(new Fault("failover on demand", (random) -> failOver(random)));
		faults.add(new Fault("failover by force", (random) -> failOver(random, "FORCE")));
		faults.addAll(this.networks.faults());
		faults.addAll(ClockJump.faults("master", (random) -> Roles.anyMaster(servers(), random)));
		return faults;
	}

	private Runnable failOver(Random random, String... options) {
		RedisServerProcess replica = Roles.anyReplica(servers(), random);
		List<String> command = new ArrayList<>(List.of("CLUSTER", "FAILOVER"));
		command.addAll(List.of(options));
		try {
			replica.cli(command.toArray(String[]::new));
			Roles.awaitFailover(() -> Roles.isMaster(replica));
		}
		catch (RespException ex) {
			// Its master is not known to it as one, so soon after the last failover
		}
		return () -> {
		};
	}

	@Override
	public void close() {
		this.networks.close();
		this.redis.close();
	}

}
