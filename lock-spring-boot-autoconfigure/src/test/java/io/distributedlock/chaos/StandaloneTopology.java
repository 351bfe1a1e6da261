package io.distributedlock.chaos;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.NetworkFault;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.ServerFault;

/**
 * One server without persistence, which each client reaches over a network of its own.
 */
final class StandaloneTopology implements Topology {

	private final RedisServerProcess server = RedisServerProcess.start();

	private final List<FaultProxy> networks;

	StandaloneTopology(int clients) {
		this.networks = IntStream.range(0, clients).mapToObj((i) -> new FaultProxy(this.server)).toList();
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
		return List.of("spring.data.redis.host=" + RedisServerProcess.LOOPBACK,
				"spring.data.redis.port=" + this.networks.get(client).port());
	}

	@Override
	public List<Fault> faults() {
		List<Fault> faults = new ArrayList<>();
		EnumSet.complementOf(EnumSet.of(ServerFault.LACKING_REPLICAS))
			.forEach((fault) -> faults.add(new Fault("server " + fault, (random) -> {
				fault.inject(this.server);
				return () -> fault.heal(this.server);
			})));
		for (NetworkFault fault : NetworkFault.values()) {
			faults.add(new Fault("network " + fault, (random) -> {
				some(random).forEach(fault::inject);
				return () -> this.networks.forEach(FaultProxy::pass);
			}));
		}
		faults.addAll(ClockJump.faults("server", (random) -> this.server));
		return faults;
	}

	/**
	 * Return the networks of some clients, at least one.
	 */
	private List<FaultProxy> some(Random random) {
		int first = random.nextInt(this.networks.size());
		int count = 1 + random.nextInt(this.networks.size());
		return IntStream.range(first, first + count)
			.mapToObj((i) -> this.networks.get(i % this.networks.size()))
			.toList();
	}

	@Override
	public void close() {
		this.networks.forEach(FaultProxy::close);
		this.server.close();
	}

}
