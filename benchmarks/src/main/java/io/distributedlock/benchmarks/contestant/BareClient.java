package io.distributedlock.benchmarks.contestant;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.jspecify.annotations.Nullable;

/**
 * The limit for locks that nobody waits for: the two commands that no correct lock can do
 * without, {@code SET NX PX} and a compare-and-delete script, sent by blocking calls on
 * one connection. No waiting, no renewal, no fencing token.
 */
final class BareClient implements LockClient {

	static final String COMPARE_AND_DELETE = """
			if redis.call('GET', KEYS[1]) == ARGV[1] then
			  return redis.call('DEL', KEYS[1])
			end
			return 0
			""";

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private final RedisCommands<String, String> commands;

	private final String script;

	private final SetArgs onlyIfFree;

	BareClient(ClientSettings settings) {
		this.client = RedisClient.create(RedisURI.create(ClientSettings.HOST, settings.port()));
		this.connection = this.client.connect();
		this.commands = this.connection.sync();
		this.script = this.commands.scriptLoad(COMPARE_AND_DELETE.getBytes(StandardCharsets.UTF_8));
		this.onlyIfFree = SetArgs.Builder.nx().px(settings.ttl());
	}

	@Override
	public Hold acquire(String key) {
		Hold hold = tryAcquire(key);
		if (hold == null) {
			throw new IllegalStateException("%s is taken, and nobody can wait for it".formatted(key));
		}
		return hold;
	}

	@Override
	public @Nullable Hold tryAcquire(String key) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		String token = new UUID(random.nextLong(), random.nextLong()).toString();
		return (this.commands.set(key, token, this.onlyIfFree) != null) ? () -> release(key, token) : null;
	}

	private void release(String key, String token) {
		Long deleted = this.commands.evalsha(this.script, ScriptOutputType.INTEGER, new String[] { key }, token);
		if (deleted != 1) {
			throw new IllegalStateException("%s was lost".formatted(key));
		}
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
	}

}
