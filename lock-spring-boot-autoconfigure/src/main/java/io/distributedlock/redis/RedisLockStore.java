package io.distributedlock.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.internal.LockKeys;
import io.distributedlock.redis.internal.LuaScript;
import io.distributedlock.redis.internal.LuaScripts;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.Assert;

/**
 * Keeps locks on one Redis: standalone, replicated, Sentinel or Cluster.
 * <p>
 * A lock is a plain string with an expiry, {@code SET <key> <owner> NX PX <ttl>},
 * released by compare-and-delete and prolonged by compare-and-extend: the <a href=
 * "https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/">pattern of
 * the Redis documentation</a>, so that programs in other languages that follow it on the
 * same key exclude us and are excluded.
 * <p>
 * A lock that is released is handed over by the same script to the first waiter whose
 * instance listens.
 *
 * @since 1.0
 */
public final class RedisLockStore implements LockStore {

	static final LuaScript ACQUIRE = LuaScript.load("hand-over.lua", "acquire.lua");

	static final LuaScript RELEASE = LuaScript.load("hand-over.lua", "release.lua");

	private static final LuaScript RENEW = LuaScript.load("renew.lua");

	private static final LuaScript INSPECT = LuaScript.load("inspect.lua");

	private static final byte[] TRUE = bytes("1");

	private static final byte[] FALSE = bytes("0");

	private final LettuceConnectionFactory connectionFactory;

	private final LockKeys keys;

	private final String channels;

	/**
	 * What every script that may hand a lock over has as its first arguments.
	 */
	private final byte[][] grantArguments;

	private final boolean cluster;

	private volatile @Nullable Running running;

	/**
	 * Create a store.
	 * @param connectionFactory tells which Redis to connect to, and how; the store has
	 * connections of its own
	 * @param keyPrefix the prefix of all keys in Redis, without braces
	 * @param fenceTtl the shortest time for which the last fencing token of a key is
	 * remembered; must be longer than the clocks of Redis servers that take over from one
	 * another can differ
	 */
	public RedisLockStore(LettuceConnectionFactory connectionFactory, String keyPrefix, Duration fenceTtl) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.isTrue(!fenceTtl.isNegative() && !fenceTtl.isZero(), "'fenceTtl' must be positive");
		this.connectionFactory = connectionFactory;
		this.keys = new LockKeys(keyPrefix);
		this.channels = keyPrefix + "grants:";
		this.grantArguments = new byte[][] { bytes(this.channels), millis(fenceTtl),
				bytes(Integer.toString(TOKENS_PER_GRANT)) };
		this.cluster = connectionFactory.isClusterAware();
	}

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		return acquire(List.of(request), enqueue, (replies) -> replies.get(0));
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		return inEachSlot(requests, (inSlot) -> acquire(inSlot, true, Function.identity()));
	}

	private <T> CompletionStage<T> acquire(List<LeaseRequest> requests, boolean enqueue,
			Function<List<AcquireReply>, T> selector) {
		GrantSubscription grants = running().grants();
		boolean listening = enqueue && grants.isActive();
		byte[][] locks = new byte[3 * requests.size()][];
		byte[][] arguments = new byte[4 + 2 * requests.size()][];
		System.arraycopy(this.grantArguments, 0, arguments, 0, this.grantArguments.length);
		arguments[3] = listening ? TRUE : FALSE;
		for (int i = 0; i < requests.size(); i++) {
			LeaseRequest request = requests.get(i);
			System.arraycopy(this.keys.all(request.key()), 0, locks, 3 * i, 3);
			arguments[2 * i + 4] = bytes(request.owner());
			arguments[2 * i + 5] = millis(request.ttl());
		}
		return run(ACQUIRE, ScriptOutputType.MULTI, (List<Object> replies) -> {
			List<AcquireReply> answers = replies.stream().map(RedisLockStore::acquireReply).toList();
			if (enqueue && !listening && answers.stream().anyMatch(AcquireReply.Busy.class::isInstance)) {
				grants.open();
			}
			return selector.apply(answers);
		}, locks, arguments);
	}

	private static AcquireReply acquireReply(Object reply) {
		List<?> values = (List<?>) reply;
		if (number(values.get(0)) == 1) {
			return new AcquireReply.Granted(number(values.get(1)));
		}
		return new AcquireReply.Busy(text(values.get(2)), duration(values.get(1)), number(values.get(3)),
				number(values.get(4)) == 1);
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		return inEachSlot(requests, this::renewInOneSlot);
	}

	/**
	 * Do something with the requests for each slot of a Cluster, in which a script can
	 * only see the keys of one.
	 */
	private <T extends @Nullable Object> CompletionStage<List<T>> inEachSlot(List<LeaseRequest> requests,
			Function<List<LeaseRequest>, CompletionStage<List<T>>> action) {
		if (!this.cluster) {
			return action.apply(requests);
		}
		Map<Integer, List<LeaseRequest>> bySlot = requests.stream()
			.collect(Collectors.groupingBy((request) -> SlotHash.getSlot(this.keys.lock(request.key()))));
		Map<LeaseRequest, T> answers = new ConcurrentHashMap<>();
		CompletableFuture<?>[] slots = bySlot.values()
			.stream()
			.map((inSlot) -> action.apply(inSlot).thenAccept((results) -> {
				for (int i = 0; i < inSlot.size(); i++) {
					answers.put(inSlot.get(i), results.get(i));
				}
			}).toCompletableFuture())
			.toArray(CompletableFuture[]::new);
		return CompletableFuture.allOf(slots).thenApply((ignored) -> requests.stream().map(answers::get).toList());
	}

	private CompletionStage<List<RenewReply>> renewInOneSlot(List<LeaseRequest> requests) {
		byte[][] locks = requests.stream().map((request) -> this.keys.lock(request.key())).toArray(byte[][]::new);
		byte[][] arguments = requests.stream()
			.flatMap((request) -> List.of(bytes(request.owner()), millis(request.ttl())).stream())
			.toArray(byte[][]::new);
		return run(RENEW, ScriptOutputType.MULTI,
				(List<Object> reply) -> reply.stream()
					.map((held) -> (number(held) != 0) ? RenewReply.RENEWED : RenewReply.LOST)
					.toList(),
				locks, arguments);
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		byte[][] arguments = Arrays.copyOf(this.grantArguments, this.grantArguments.length + 2);
		arguments[3] = bytes(request.owner());
		arguments[4] = millis(request.ttl());
		return run(RELEASE, ScriptOutputType.INTEGER, (Long released) -> released == 1, this.keys.all(request.key()),
				arguments);
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		return run(INSPECT, ScriptOutputType.MULTI, (List<Object> reply) -> {
			String holder = text(reply.get(0));
			return new LockState(key, holder.isEmpty() ? null : holder, duration(reply.get(1)), number(reply.get(2)));
		}, Arrays.copyOf(this.keys.all(key), 2));
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		LockConnectionFactory factory = new LockConnectionFactory(this.connectionFactory);
		LockConnection connection = new LockConnection(factory);
		String channel = this.channels + instance;
		GrantSubscription grants = new GrantSubscription(factory::connectPubSub,
				() -> connection.commands().publish(bytes(channel), new byte[0]), channel, listener);
		this.running = new Running(connection, grants);
		return connection.firstAttempt();
	}

	@Override
	public void stop() {
		Running stopped = this.running;
		this.running = null;
		if (stopped != null) {
			stopped.grants().close();
			stopped.connection().close();
		}
	}

	private Running running() {
		Running current = this.running;
		if (current == null) {
			throw new LockStoreUnavailableException("The Redis lock store is not started", null);
		}
		return current;
	}

	private <T, R> CompletionStage<R> run(LuaScript script, ScriptOutputType output, Function<T, R> reader,
			byte[][] keys, byte[]... arguments) {
		return LuaScripts.run(running().connection().commands(), script, output, reader, keys, arguments);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] millis(Duration duration) {
		return bytes(Long.toString(duration.toMillis()));
	}

	private static long number(Object reply) {
		return (Long) reply;
	}

	private static String text(Object reply) {
		return new String((byte[]) reply, StandardCharsets.UTF_8);
	}

	/**
	 * Convert a PTTL, which is -1 if the key never expires and -2 if there is no key.
	 */
	private static Duration duration(Object millis) {
		return (number(millis) == -1) ? LockSpec.MAX_DURATION : Duration.ofMillis(Math.max(0, number(millis)));
	}

	/**
	 * What there is from start to stop.
	 */
	private record Running(LockConnection connection, GrantSubscription grants) {

	}

}
