package io.distributedlock.benchmarks.contestant;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import org.jspecify.annotations.Nullable;

/**
 * The limit for locks on a quorum of nodes: what {@link BareClient} does, on all nodes at
 * the same time, returning as soon as a majority has answered. No waiting, no renewal, no
 * fencing token, and no second look at nodes that have answered late.
 */
final class BareQuorumClient implements LockClient {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final RedisClient client = RedisClient.create();

	private final List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();

	private final String script;

	private final SetArgs onlyIfFree;

	BareQuorumClient(ClientSettings settings) {
		this.client
			.setOptions(ClientOptions.builder().disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS).build());
		String digest = "";
		for (int port : settings.ports()) {
			StatefulRedisConnection<String, String> connection = this.client
				.connect(RedisURI.create(ClientSettings.HOST, port));
			digest = connection.sync().scriptLoad(BareClient.COMPARE_AND_DELETE.getBytes(StandardCharsets.UTF_8));
			this.connections.add(connection);
		}
		this.script = digest;
		this.onlyIfFree = SetArgs.Builder.nx().px(settings.ttl());
	}

	@Override
	public Hold acquire(String key) throws Exception {
		Hold hold = tryAcquire(key);
		if (hold == null) {
			throw new IllegalStateException("%s is taken, and nobody can wait for it".formatted(key));
		}
		return hold;
	}

	@Override
	public @Nullable Hold tryAcquire(String key) throws Exception {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		String token = new UUID(random.nextLong(), random.nextLong()).toString();
		boolean acquired = ask((node) -> node.set(key, token, this.onlyIfFree), "OK"::equals);
		if (!acquired) {
			release(key, token);
			return null;
		}
		return () -> {
			if (!release(key, token)) {
				throw new IllegalStateException("%s was lost".formatted(key));
			}
		};
	}

	private boolean release(String key, String token) throws Exception {
		return ask((node) -> node.<Long>evalsha(this.script, ScriptOutputType.INTEGER, new String[] { key }, token),
				(deleted) -> deleted == 1);
	}

	/**
	 * Ask all nodes at once.
	 * @return whether a majority answers yes
	 */
	private <T> boolean ask(Function<RedisAsyncCommands<String, String>, CompletionStage<T>> question, Predicate<T> yes)
			throws Exception {
		int majority = this.connections.size() / 2 + 1;
		CompletableFuture<Boolean> result = new CompletableFuture<>();
		AtomicInteger yesses = new AtomicInteger();
		AtomicInteger others = new AtomicInteger();
		for (StatefulRedisConnection<String, String> connection : this.connections) {
			question.apply(connection.async()).whenComplete((answer, failure) -> {
				if (failure == null && yes.test(answer)) {
					if (yesses.incrementAndGet() == majority) {
						result.complete(true);
					}
				}
				else if (others.incrementAndGet() == majority) {
					result.complete(false);
				}
			});
		}
		return result.get(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void close() {
		this.client.shutdown(0, 1, TimeUnit.SECONDS);
	}

}
