package io.distributedlock.benchmarks.contestant;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.jspecify.annotations.Nullable;

/**
 * The limit for handing over a lock by way of Redis: a list with one element, which
 * {@code BLPOP} takes and {@code LPUSH} gives to the client that has waited longest. Two
 * commands each, and a connection for each waiter. It is no lock: when a holder dies, it
 * stays taken for ever.
 */
final class BlockingPopClient implements LockClient {

	private static final String BATON = "baton";

	private final RedisClient client;

	private final Queue<StatefulRedisConnection<String, String>> idle = new ConcurrentLinkedQueue<>();

	private final Set<String> seeded = ConcurrentHashMap.newKeySet();

	BlockingPopClient(ClientSettings settings) {
		this.client = RedisClient.create(RedisURI.create(ClientSettings.HOST, settings.port()));
	}

	@Override
	public Hold acquire(String key) {
		StatefulRedisConnection<String, String> connection = connection();
		seed(key, connection);
		connection.sync().blpop(0, key);
		return hold(key, connection);
	}

	@Override
	public @Nullable Hold tryAcquire(String key) {
		StatefulRedisConnection<String, String> connection = connection();
		seed(key, connection);
		if (connection.sync().lpop(key) != null) {
			return hold(key, connection);
		}
		this.idle.add(connection);
		return null;
	}

	private StatefulRedisConnection<String, String> connection() {
		StatefulRedisConnection<String, String> connection = this.idle.poll();
		return (connection != null) ? connection : this.client.connect();
	}

	/**
	 * Put the one element on the list, unless some client has done it.
	 */
	private void seed(String key, StatefulRedisConnection<String, String> connection) {
		if (this.seeded.add(key) && connection.sync().setnx(key + ":seeded", BATON)) {
			connection.sync().lpush(key, BATON);
		}
	}

	private Hold hold(String key, StatefulRedisConnection<String, String> connection) {
		return () -> {
			connection.sync().lpush(key, BATON);
			this.idle.add(connection);
		};
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
