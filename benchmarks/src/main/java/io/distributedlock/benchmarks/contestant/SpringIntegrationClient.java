package io.distributedlock.benchmarks.contestant;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Lock;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * The {@code RedisLockRegistry} of Spring Integration.
 * <p>
 * In a JVM it maps all keys to 256 local locks. Two threads that hold many keys therefore
 * block each other, and when one thread holds several keys of one local lock, only the
 * last of them is released in Redis. A client that is to hold many keys has a registry
 * for each of them.
 */
final class SpringIntegrationClient implements LockClient {

	private static final String PREFIX = "lock";

	private final ClientSettings settings;

	private final RedisLockType type;

	private final LettuceConnectionFactory connectionFactory;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final @Nullable ThreadPoolTaskScheduler scheduler;

	private final Map<String, RedisLockRegistry> registries = new ConcurrentHashMap<>();

	SpringIntegrationClient(ClientSettings settings, RedisLockType type) {
		this.settings = settings;
		this.type = type;
		this.connectionFactory = new LettuceConnectionFactory(ClientSettings.HOST, settings.port());
		this.connectionFactory.afterPropertiesSet();
		this.connectionFactory.start();
		this.scheduler = settings.renewed() ? scheduler() : null;
	}

	private static ThreadPoolTaskScheduler scheduler() {
		ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
		scheduler.initialize();
		return scheduler;
	}

	private RedisLockRegistry registry() {
		RedisLockRegistry registry = new RedisLockRegistry(this.connectionFactory, PREFIX, this.settings.ttl());
		registry.setRedisLockType(this.type);
		registry.setExecutor(this.executor);
		if (this.scheduler != null) {
			registry.setRenewalTaskScheduler(this.scheduler);
		}
		return registry;
	}

	private Lock lock(String key) {
		String registry = this.settings.manyHeld() ? key : PREFIX;
		return this.registries.computeIfAbsent(registry, (name) -> registry()).obtain(key);
	}

	@Override
	public Hold acquire(String key) {
		Lock lock = lock(key);
		lock.lock();
		return lock::unlock;
	}

	@Override
	public @Nullable Hold tryAcquire(String key) {
		Lock lock = lock(key);
		return lock.tryLock() ? lock::unlock : null;
	}

	@Override
	public void close() {
		if (this.scheduler != null) {
			this.scheduler.shutdown();
		}
		this.registries.values().forEach(RedisLockRegistry::destroy);
		this.executor.shutdown();
		this.connectionFactory.destroy();
	}

}
