package io.distributedlock.benchmarks.contestant;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.RedissonRedLock;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.redisson.config.SingleServerConfig;

/**
 * Redisson's Redlock, a client for each node. It asks one node after another, and is
 * deprecated by its authors.
 */
final class RedissonRedLockClient implements LockClient {

	/**
	 * Its documentation recommends some milliseconds; below that of a busy machine, nodes
	 * that are well would be given up.
	 */
	private static final Duration SHORT = Duration.ofMillis(100);

	private final List<RedissonClient> nodes = new ArrayList<>();

	RedissonRedLockClient(ClientSettings settings, Consumer<SingleServerConfig> customizer) {
		for (int port : settings.ports()) {
			Config config = new Config();
			customizer
				.accept(config.useSingleServer().setAddress("redis://%s:%d".formatted(ClientSettings.HOST, port)));
			config.setLockWatchdogTimeout(settings.ttl().toMillis());
			this.nodes.add(Redisson.create(config));
		}
	}

	/**
	 * Wait for a node only for a short time, and only once.
	 */
	static void tune(SingleServerConfig server) {
		server.setTimeout((int) SHORT.toMillis()).setConnectTimeout((int) SHORT.toMillis()).setRetryAttempts(0);
	}

	@SuppressWarnings("deprecation") // it is the only one that Redisson has
	private RLock lock(String key) {
		return new RedissonRedLock(this.nodes.stream().map((node) -> node.getLock(key)).toArray(RLock[]::new));
	}

	@Override
	public Hold acquire(String key) {
		RLock lock = lock(key);
		lock.lock();
		return lock::unlock;
	}

	@Override
	public @Nullable Hold tryAcquire(String key) {
		RLock lock = lock(key);
		return lock.tryLock() ? lock::unlock : null;
	}

	@Override
	public void close() {
		this.nodes.forEach(RedissonClient::shutdown);
	}

}
