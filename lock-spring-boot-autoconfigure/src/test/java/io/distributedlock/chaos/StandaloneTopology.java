package io.distributedlock.chaos;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.ServerFault;

/**
 * One server without persistence, which each client reaches over a network of its own.
 */
final class StandaloneTopology implements Topology {

	private final RedisServerProcess server = RedisServerProcess.start();

	private final Networks networks;

	StandaloneTopology(int clients) {
		this.networks = new Networks(servers(), clients);
	}

	@Override
	public List<RedisServerProcess> servers() {
		return List.of(this.server);
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
		properties.add("spring.data.redis.host=" + this.server.host());
		properties.add("spring.data.redis.port=" + this.server.port());
		return properties;
	}

	@Override
	public List<Fault> faults() {
		List<Fault> faults = new ArrayList<>();
		EnumSet.complementOf(EnumSet.of(ServerFault.LACKING_REPLICAS))
			.forEach((fault) -> faults.add(new Fault("server " + fault, (random) -> {
				fault.inject(this.server);
				return () -> fault.heal(this.server);
			})));
		faults.addAll(this.networks.faults());
		faults.addAll(ClockJump.faults("server", (random) -> this.server));
		return faults;
	}

	@Override
	public void close() {
		this.networks.close();
		this.server.close();
	}

}
