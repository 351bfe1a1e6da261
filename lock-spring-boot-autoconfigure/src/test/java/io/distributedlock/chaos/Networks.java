package io.distributedlock.chaos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.NetworkFault;
import io.distributedlock.testsupport.RedisServerProcess;

/**
 * The networks of clients: each client reaches each server by a connection of its own, in
 * place of the one it is told of, by its settings, a Sentinel or a Cluster. Servers reach
 * one another directly.
 */
final class Networks implements AutoCloseable {

	/**
	 * The properties of a client that say by their names which port is to be replaced,
	 * and by their values by which one.
	 */
	static final String PROPERTY = "chaos.network";

	private final List<Map<Integer, FaultProxy>> clients = new ArrayList<>();

	Networks(List<RedisServerProcess> servers, int clients) {
		for (int i = 0; i < clients; i++) {
			Map<Integer, FaultProxy> client = new LinkedHashMap<>();
			servers.forEach((server) -> client.put(server.port(), new FaultProxy(server)));
			this.clients.add(client);
		}
	}

	List<String> properties(int client) {
		return this.clients.get(client)
			.entrySet()
			.stream()
			.map((entry) -> "%s.%d=%d".formatted(PROPERTY, entry.getKey(), entry.getValue().port()))
			.toList();
	}

	List<Fault> faults() {
		return Stream.of(NetworkFault.values()).map((fault) -> new Fault("network " + fault, (random) -> {
			checkUsed();
			List<FaultProxy> failing = any(random);
			failing.forEach(fault::inject);
			return () -> failing.forEach(FaultProxy::pass);
		})).toList();
	}

	/**
	 * Without this, faults would be of no effect and nobody would notice.
	 */
	private void checkUsed() {
		for (Map<Integer, FaultProxy> client : this.clients) {
			if (client.values().stream().allMatch((network) -> network.acceptedConnections() == 0)) {
				throw new IllegalStateException("A client does not use its network");
			}
		}
	}

	/**
	 * Return what connects some clients, at least one, with a server or with all of them.
	 */
	private List<FaultProxy> any(Random random) {
		List<FaultProxy> some = new ArrayList<>();
		int first = random.nextInt(this.clients.size());
		int count = 1 + random.nextInt(this.clients.size());
		for (int i = first; i < first + count; i++) {
			List<FaultProxy> client = List.copyOf(this.clients.get(i % this.clients.size()).values());
			some.addAll(random.nextBoolean() ? client : List.of(client.get(random.nextInt(client.size()))));
		}
		return some;
	}

	@Override
	public void close() {
		this.clients.forEach((client) -> client.values().forEach(FaultProxy::close));
	}

}
