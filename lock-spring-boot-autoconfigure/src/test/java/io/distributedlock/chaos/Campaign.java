package io.distributedlock.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

import io.distributedlock.chaos.Schedule.ClientFault;
import io.distributedlock.testsupport.RedisServerProcess;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One campaign against one topology: some time without faults, then one fault after
 * another, and in the end nothing must be left.
 */
final class Campaign implements AutoCloseable {

	/**
	 * The time to live of all locks: short, so that leases end during faults.
	 */
	static final Duration TTL = Duration.ofSeconds(1);

	private static final Duration CLEAN_UP_TIME = Duration.ofSeconds(30);

	private final Topology topology;

	private final CampaignSettings settings;

	private final Schedule schedule;

	private final List<ClientProcess> clients = new ArrayList<>();

	private final List<ClientProcess> all = new ArrayList<>();

	private final Map<String, Integer> faults = new TreeMap<>();

	private final List<String> leftovers = new ArrayList<>();

	Campaign(Topology topology, CampaignSettings settings) {
		this.topology = topology;
		this.settings = settings;
		this.schedule = new Schedule(topology.faults(), settings.seed());
	}

	CampaignResult run() throws IOException {
		for (int i = 0; i < this.settings.clients(); i++) {
			this.clients.add(startClient(i));
		}
		this.clients.forEach(ClientProcess::awaitReady);
		if (!this.clients.stream().allMatch(ClientProcess::sharesClock)) {
			throw new IllegalStateException("The JVMs of this machine have different clocks");
		}
		this.clients.forEach(ClientProcess::probe);
		try (ServerWatch watch = new ServerWatch(this.topology.servers(), this.topology.masters(), TTL)) {
			this.clients.forEach(ClientProcess::start);
			Commands commands = countCommands();
			Map<String, Long> heap = usedHeap();
			injectFaults(watch);
			pause(this.settings.calmTime());
			this.clients.forEach(this::stop);
			this.clients.forEach(ClientProcess::probe);
			awaitNoKeys();
			watch.awaitSettled();
			Map<String, Long> heapAfter = usedHeap();
			heap.keySet().retainAll(heapAfter.keySet());
			heap.replaceAll((client, before) -> heapAfter.get(client) - before);
			return new CampaignResult(this.settings, this.faults, history(), commands, heap, this.leftovers,
					this.topology.mayForgetLocks() ? watch.windows() : List.of());
		}
	}

	/**
	 * Start a client.
	 * @param number which of the clients that run at the same time
	 */
	private ClientProcess startClient(int number) {
		List<String> properties = new ArrayList<>(this.topology.properties(number));
		properties.add("distributed-lock.ttl=" + TTL);
		properties.add("distributed-lock.release=" + ((number % 2 == 0) ? "sync" : "async"));
		int serial = this.all.size();
		ClientProcess client = new ClientProcess("client-" + serial, this.settings.directory(),
				this.settings.seed() + 1000L * serial, this.settings.threads(), properties);
		this.all.add(client);
		return client;
	}

	private Commands countCommands() {
		long calls = scriptCalls();
		long begin = System.nanoTime();
		pause(this.settings.calmTime());
		return new Commands((double) (scriptCalls() - calls) / this.topology.copies(),
				new Interval(begin, System.nanoTime()));
	}

	private long scriptCalls() {
		return this.topology.servers()
			.stream()
			.flatMap((server) -> server.commandCalls().entrySet().stream())
			.filter((call) -> call.getKey().startsWith("eval"))
			.mapToLong(Map.Entry::getValue)
			.sum();
	}

	private void injectFaults(ServerWatch watch) {
		long end = System.nanoTime() + this.settings.faultTime().toNanos();
		while (end - System.nanoTime() > 0) {
			Fault fault = this.schedule.nextFault();
			Runnable clientHealing = injectClientFault();
			long begin = System.nanoTime();
			Runnable healing = fault.injection().apply(this.schedule.random());
			if (fault.unseen()) {
				watch.noteForgotten(begin);
			}
			this.faults.merge(fault.name(), 1, Integer::sum);
			pause(this.schedule.faultTime());
			healing.run();
			clientHealing.run();
			watch.awaitSettled();
			pause(this.schedule.calmTime());
		}
	}

	private Runnable injectClientFault() {
		ClientFault fault = this.schedule.nextClientFault();
		if (fault == ClientFault.NONE) {
			return () -> {
			};
		}
		// The first client lives to the end, to see whether its heap grows
		boolean survives = fault != ClientFault.KILLED;
		int number = survives ? this.schedule.pick(this.clients.size())
				: 1 + this.schedule.pick(this.clients.size() - 1);
		ClientProcess client = this.clients.get(number);
		this.faults.merge("client " + fault, 1, Integer::sum);
		if (fault == ClientFault.SUSPENDED) {
			client.pause();
			return client::resume;
		}
		client.kill();
		return () -> {
			ClientProcess successor = startClient(number);
			successor.start();
			this.clients.set(number, successor);
		};
	}

	private void stop(ClientProcess client) {
		long[] activity = client.stop();
		if (activity[0] + activity[1] > 0) {
			this.leftovers.add("%s holds %d locks and waits for %d".formatted(client.name(), activity[0], activity[1]));
		}
	}

	private void awaitNoKeys() {
		try {
			Awaitility.await().pollInSameThread().atMost(CLEAN_UP_TIME).until(() -> keys().isEmpty());
		}
		catch (ConditionTimeoutException ex) {
			this.leftovers.addAll(keys());
		}
	}

	/**
	 * Return all keys but the fences, which end by themselves.
	 */
	private List<String> keys() {
		return this.topology.servers()
			.stream()
			.filter(Roles::isMaster)
			.flatMap((server) -> ((List<?>) Objects.requireNonNull(server.cli("KEYS", "*"))).stream()
				.map((key) -> describe(server, (String) key)))
			.filter((key) -> !key.contains(":fence ") || key.endsWith(" -1"))
			.toList();
	}

	private static String describe(RedisServerProcess server, String key) {
		return "%s on %d with a time to live of %s".formatted(key, server.port(), server.cli("PTTL", key));
	}

	private Map<String, Long> usedHeap() {
		Map<String, Long> heap = new LinkedHashMap<>();
		this.clients.forEach((client) -> heap.put(client.name(), client.usedHeap()));
		return heap;
	}

	private History history() throws IOException {
		History history = new History();
		for (ClientProcess client : this.all) {
			// Who was killed soon after the start may have written nothing
			if (Files.exists(client.history())) {
				history.read(client.name(), client.history());
			}
		}
		return history;
	}

	static void pause(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	@Override
	public void close() {
		this.all.forEach(ClientProcess::close);
	}

}
