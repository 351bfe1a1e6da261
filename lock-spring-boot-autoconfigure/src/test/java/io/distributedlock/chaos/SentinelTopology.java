package io.distributedlock.chaos;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import io.distributedlock.testsupport.RedisSentinelProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RespException;
import io.distributedlock.testsupport.ServerFault;

/**
 * A master and a replica, which take turns, and three Sentinels.
 */
final class SentinelTopology implements Topology {

	private final RedisSentinelProcess redis = RedisSentinelProcess.start(3);

	private final Networks networks;

	SentinelTopology(int clients) {
		this.networks = new Networks(servers(), clients);
	}

	@Override
	public List<RedisServerProcess> servers() {
		return List.of(this.redis.master(), this.redis.replica());
	}

	@Override
	public int masters() {
		return 1;
	}

	@Override
	public boolean mayForgetLocks() {
		return true;
	}

	@Override
	public List<String> properties(int client) {
		List<String> properties = new ArrayList<>(this.networks.properties(client));
		properties.add("spring.data.redis.sentinel.master=" + RedisSentinelProcess.MASTER_NAME);
		properties.add("spring.data.redis.sentinel.nodes=" + this.redis.sentinels()
			.stream()
			.map((sentinel) -> sentinel.host() + ":" + sentinel.port())
			.collect(Collectors.joining(",")));
		return properties;
	}

	@Override
	public List<Fault> faults() {
		List<Fault> faults = new ArrayList<>();
		EnumSet.complementOf(EnumSet.of(ServerFault.READ_ONLY))
			.forEach((fault) -> faults.add(new Fault("master " + fault, (random) -> {
				RedisServerProcess master = current();
				fault.inject(master);
				return () -> heal(fault, master);
			})));
		for (ServerFault fault : List.of(ServerFault.HUNG, ServerFault.KILLED)) {
			faults.add(new Fault("master %s until failover".formatted(fault), (random) -> {
				RedisServerProcess master = current();
				fault.inject(master);
				Roles.awaitFailover(() -> this.redis.currentMasterPort() != master.port());
				return () -> heal(fault, master);
			}));
			faults.add(new Fault("replica " + fault, (random) -> {
				RedisServerProcess replica = Roles.anyReplica(servers(), random);
				fault.inject(replica);
				return () -> heal(fault, replica);
			}));
		}
		faults.add(new Fault("failover on demand", this::failOver));
		faults.addAll(this.networks.faults());
		faults.addAll(ClockJump.faults("master", (random) -> current()));
		return faults;
	}

	private RedisServerProcess current() {
		int port = this.redis.currentMasterPort();
		return servers().stream().filter((server) -> server.port() == port).findFirst().orElseThrow();
	}

	private void heal(ServerFault fault, RedisServerProcess server) {
		fault.heal(server);
		takeRole(server);
	}

	/**
	 * Give a server the role that it has according to the Sentinels, but not after ten
	 * seconds as they would, and leave its connections open. One that was restarted has
	 * the role of its first start.
	 */
	private void takeRole(RedisServerProcess server) {
		RedisServerProcess master = current();
		if (master.port() != server.port()) {
			server.cli("REPLICAOF", master.host(), Integer.toString(master.port()));
		}
		else if (!Roles.isMaster(server)) {
			server.cli("REPLICAOF", "NO", "ONE");
		}
	}

	private Runnable failOver(Random random) {
		RedisServerProcess master = current();
		try {
			this.redis.sentinels()
				.get(random.nextInt(this.redis.sentinels().size()))
				.cli("SENTINEL", "FAILOVER", RedisSentinelProcess.MASTER_NAME);
			Roles.awaitFailover(() -> this.redis.currentMasterPort() != master.port());
		}
		catch (RespException ex) {
			// Too soon after the last one
		}
		return () -> takeRole(master);
	}

	@Override
	public void close() {
		this.networks.close();
		this.redis.close();
	}

}
