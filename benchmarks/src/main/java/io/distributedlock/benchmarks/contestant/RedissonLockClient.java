package io.distributedlock.benchmarks.contestant;

import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RFencedLock;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/**
 * Redisson on a single server. Its watchdog renews by default.
 */
final class RedissonLockClient implements LockClient {

	private final RedissonClient redisson;

	private final BiFunction<RedissonClient, String, RLock> locks;

	RedissonLockClient(ClientSettings settings, BiFunction<RedissonClient, String, RLock> locks) {
		Config config = new Config();
		config.useSingleServer().setAddress("redis://%s:%d".formatted(ClientSettings.HOST, settings.port()));
		config.setLockWatchdogTimeout(settings.ttl().toMillis());
		this.redisson = Redisson.create(config);
		this.locks = locks;
	}

	@Override
	public Hold acquire(String key) {
		RLock lock = this.locks.apply(this.redisson, key);
		if (lock instanceof RFencedLock fenced) {
			fenced.lockAndGetToken();
		}
		else {
			lock.lock();
		}
		return lock::unlock;
	}

	@Override
	public @Nullable Hold tryAcquire(String key) {
		RLock lock = this.locks.apply(this.redisson, key);
		return lock.tryLock() ? lock::unlock : null;
	}

	@Override
	public void close() {
		this.redisson.shutdown();
	}

}
