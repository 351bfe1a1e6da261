package io.distributedlock.chaos;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.engine.LockActivity;
import io.distributedlock.engine.LockTemplate;
import io.lettuce.core.internal.HostAndPort;
import io.lettuce.core.resource.MappingSocketAddressResolver;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * An instance of an application in a JVM of its own, which uses locks in several threads,
 * some of them those that all others use, and writes down what happened. Does what it
 * reads from its standard input.
 */
public final class ChaosClient {

	/**
	 * How many locks all clients compete for.
	 */
	static final int HOT_KEYS = 3;

	private static final Duration PROBE_TIME = Duration.ofSeconds(30);

	private static final long TICK = Duration.ofMillis(5).toNanos();

	private static final long STALL = Duration.ofMillis(10).toNanos();

	private final LockTemplate locks;

	private final HistoryWriter history;

	private final List<ChaosWorker> workers = new ArrayList<>();

	private final HeldLocks held;

	private ChaosClient(LockTemplate locks, HistoryWriter history) {
		this.locks = locks;
		this.history = history;
		this.held = new HeldLocks(locks);
	}

	/**
	 * Take the name, the file for the history, a seed, the number of threads and the
	 * properties of the application as arguments.
	 */
	public static void main(String[] arguments) throws IOException {
		String[] properties = List.of(arguments).subList(4, arguments.length).toArray(String[]::new);
		LockTemplate locks = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.application.name=" + arguments[0], "spring.main.banner-mode=off",
					"logging.level.root=error")
			.properties(properties)
			.run()
			.getBean(LockTemplate.class);
		ChaosClient client = new ChaosClient(locks, new HistoryWriter(Path.of(arguments[1])));
		client.watchForStalls();
		System.out.println("ready");
		Scanner in = new Scanner(System.in);
		while (in.hasNextLine()) {
			String[] command = in.nextLine().split(" ");
			switch (command[0]) {
				case "clock" -> System.out.println("clock " + System.nanoTime());
				case "count" -> System.out.println("count %d %d".formatted(client.held.held(), client.held.lost()));
				case "heap" -> System.out.println("heap " + usedHeap());
				case "hold" -> client.hold(arguments[0], Integer.parseInt(command[1]));
				case "probe" -> client.probe();
				case "release" -> client.release();
				case "start" ->
					client.start(arguments[0], Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
				case "stop" -> client.stop();
				default -> throw new IllegalArgumentException("Unknown command");
			}
		}
		Runtime.getRuntime().halt(0);
	}

	/**
	 * Acquire and release each of the common locks.
	 */
	private void probe() {
		IntStream.range(0, HOT_KEYS).forEach((i) -> {
			LockLease lease = this.locks.acquire(LockSpec.of(hotKey(i)).withWaitTime(PROBE_TIME));
			lease.close();
		});
		System.out.println("probed");
	}

	static String hotKey(int number) {
		return "hot-" + number;
	}

	private void start(String name, long seed, int threads) {
		for (int i = 0; i < threads; i++) {
			ChaosWorker worker = new ChaosWorker(this.locks, this.history, name, i, seed);
			worker.start();
			this.workers.add(worker);
		}
	}

	/**
	 * End the threads and tell what the engine has then: nothing, if nothing is left.
	 */
	private void stop() {
		this.workers.forEach(ChaosWorker::end);
		this.workers.clear();
		long deadline = System.nanoTime() + PROBE_TIME.toNanos();
		LockActivity activity = this.locks.activity(5);
		while (activity.holding() + activity.waiting() > 0 && deadline - System.nanoTime() > 0) {
			LockSupport.parkNanos(TICK);
			activity = this.locks.activity(5);
		}
		System.out.println("stopped %d %d".formatted(activity.holding(), activity.waiting()));
	}

	private void hold(String name, int count) {
		this.held.acquire("held-" + name + "-", count);
		System.out.println("hold");
	}

	private void release() {
		this.held.release();
		System.out.println("release");
	}

	private static long usedHeap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	/**
	 * Write down when this JVM did not get to run: when a thread that sleeps for a moment
	 * wakes up late.
	 */
	private void watchForStalls() {
		Thread thread = new Thread(() -> {
			long before = System.nanoTime();
			while (true) {
				LockSupport.parkNanos(TICK);
				long now = System.nanoTime();
				if (now - before > TICK + STALL) {
					this.history.stall(before, now);
				}
				before = now;
			}
		}, "stall-watch");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * An application with nothing but locks.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, DistributedLockAutoConfiguration.class })
	static class Application {

		/**
		 * Reach servers by the network of this client, if it has one.
		 */
		@Bean
		ClientResourcesBuilderCustomizer network(Environment environment) {
			Map<Integer, Integer> ports = Binder.get(environment)
				.bind(Networks.PROPERTY, Bindable.mapOf(Integer.class, Integer.class))
				.orElse(Map.of());
			return (resources) -> resources
				.socketAddressResolver(MappingSocketAddressResolver.create((HostAndPort server) -> HostAndPort
					.of(server.getHostText(), ports.getOrDefault(server.getPort(), server.getPort()))));
		}

	}

}
