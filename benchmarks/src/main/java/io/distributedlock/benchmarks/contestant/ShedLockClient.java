package io.distributedlock.benchmarks.contestant;

import java.time.Duration;
import java.time.Instant;

import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.redis.spring.RedisLockProvider;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * ShedLock's provider for Spring Data Redis. It cannot wait, and releases with a plain
 * {@code DEL} by default, which also deletes the lock of a later owner.
 */
final class ShedLockClient implements LockClient {

	private final LettuceConnectionFactory connectionFactory;

	private final LockProvider provider;

	private final Duration ttl;

	ShedLockClient(ClientSettings settings) {
		this.connectionFactory = new LettuceConnectionFactory(ClientSettings.HOST, settings.port());
		this.connectionFactory.afterPropertiesSet();
		this.connectionFactory.start();
		this.provider = new RedisLockProvider(this.connectionFactory);
		this.ttl = settings.ttl();
	}

	@Override
	public Hold acquire(String key) {
		Hold hold = tryAcquire(key);
		if (hold == null) {
			throw new IllegalStateException("%s is taken, and ShedLock does not wait".formatted(key));
		}
		return hold;
	}

	@Override
	public @Nullable Hold tryAcquire(String key) {
		LockConfiguration configuration = new LockConfiguration(Instant.now(), key, this.ttl, Duration.ZERO);
		SimpleLock lock = this.provider.lock(configuration).orElse(null);
		return (lock != null) ? lock::unlock : null;
	}

	@Override
	public void close() {
		this.connectionFactory.destroy();
	}

}
