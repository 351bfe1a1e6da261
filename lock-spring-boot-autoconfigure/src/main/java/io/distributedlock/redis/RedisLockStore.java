package io.distributedlock.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.LockCommand.Action;
import io.distributedlock.redis.internal.KeyScan;
import io.distributedlock.redis.internal.LockKeys;
import io.distributedlock.redis.internal.LockStates;
import io.distributedlock.redis.internal.LuaScript;
import io.distributedlock.redis.internal.LuaScripts;
import io.distributedlock.redis.internal.RedisErrors;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import io.distributedlock.store.StoreStatus;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
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

	private static final LuaScript RENEW = LuaScript.load("prolong.lua", "renew.lua");

	private static final LuaScript INSPECT = LuaScript.load("inspect.lua");

	private static final LuaScript FORCE_RELEASE = LuaScript.load("hand-over.lua", "force-release.lua");

	private final LettuceConnectionFactory connectionFactory;

	private final LockKeys keys;

	private final String channels;

	private final byte[][] commonArguments;

	private final boolean cluster;

	private final RequiredReplicas replicas;

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
		this(connectionFactory, keyPrefix, fenceTtl, RequiredReplicas.NONE);
	}

	/**
	 * Create a store that gives a lock only if replicas have it, too.
	 * @param connectionFactory tells which Redis to connect to, and how; the store has
	 * connections of its own
	 * @param keyPrefix the prefix of all keys in Redis, without braces
	 * @param fenceTtl the shortest time for which the last fencing token of a key is
	 * remembered; must be longer than the clocks of Redis servers that take over from one
	 * another can differ
	 * @param replicas how many replicas must have a lock before it is used
	 */
	public RedisLockStore(LettuceConnectionFactory connectionFactory, String keyPrefix, Duration fenceTtl,
			RequiredReplicas replicas) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.isTrue(!fenceTtl.isNegative() && !fenceTtl.isZero(), "'fenceTtl' must be positive");
		this.connectionFactory = connectionFactory;
		this.keys = new LockKeys(keyPrefix);
		this.channels = keyPrefix + "grants:";
		this.commonArguments = new byte[][] { LockCommand.bytes(this.channels), LockCommand.millis(fenceTtl),
				LockCommand.bytes(Integer.toString(TOKENS_PER_GRANT)) };
		this.cluster = connectionFactory.isClusterAware();
		this.replicas = replicas;
	}

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		Running current = running();
		boolean listening = enqueue && current.grants().isActive();
		LockCommand command = command(listening ? Action.WAIT : Action.TRY, request);
		current.commands().send(command);
		return checked(current, request, command,
				command.reply().thenApply((reply) -> acquireReply(reply, current.grants(), enqueue && !listening)));
	}

	/**
	 * Return an answer of Redis, unless it is a grant that not enough replicas know of.
	 * Who is refused does not release, so that is done here.
	 */
	private CompletableFuture<AcquireReply> checked(Running current, LeaseRequest request, LockCommand command,
			CompletableFuture<AcquireReply> answer) {
		ReplicationGuard guard = current.guard();
		if (guard == null) {
			return answer;
		}
		return answer.thenCompose((reply) -> guard.check(reply, command).whenComplete((ignored, failure) -> {
			if (failure != null && !(RedisErrors.unwrap(failure) instanceof LockStoreUnavailableException)) {
				current.commands().send(command(Action.RELEASE, request));
			}
		}));
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		Running current = running();
		boolean listening = current.grants().isActive();
		return inEachSlot(requests, (inSlot) -> {
			List<LockCommand> commands = inSlot.stream()
				.map((request) -> command(listening ? Action.WAIT : Action.TRY, request))
				.toList();
			current.commands().sendTogether(commands);
			List<CompletableFuture<AcquireReply>> replies = IntStream.range(0, inSlot.size())
				.mapToObj((i) -> checked(current, inSlot.get(i), commands.get(i),
						commands.get(i).reply().thenApply((reply) -> acquireReply(reply, current.grants(), !listening)))
					.exceptionally(
							(failure) -> new AcquireReply.Failed(RedisErrors.translate(RedisErrors.unwrap(failure)))))
				.toList();
			return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
				.thenApply((ignored) -> replies.stream().map(CompletableFuture::join).toList());
		}, AcquireReply.Failed::new);
	}

	private LockCommand command(Action action, LeaseRequest request) {
		return new LockCommand(action, this.keys.all(request.key()), request);
	}

	private static AcquireReply acquireReply(Object reply, GrantSubscription grants, boolean needsGrants) {
		AcquireReply answer = acquireReply(reply);
		if (needsGrants && answer instanceof AcquireReply.Busy) {
			grants.open();
		}
		return answer;
	}

	private static AcquireReply acquireReply(Object reply) {
		if (reply instanceof Long token) {
			return new AcquireReply.Granted(token);
		}
		List<?> values = (List<?>) reply;
		return new AcquireReply.Busy(text(values.get(2)), LockStates.timeToLive(number(values.get(1))),
				number(values.get(3)), number(values.get(4)) == 1, LockStates.heldFor(number(values.get(5))));
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		return inEachSlot(requests, this::renewInOneSlot, (failure) -> RenewReply.UNKNOWN);
	}

	/**
	 * Ask about many locks in one script call, or in one for each slot of a Cluster.
	 */
	private <T> CompletionStage<List<T>> inEachSlot(List<LeaseRequest> requests,
			Function<List<LeaseRequest>, CompletionStage<List<T>>> question,
			Function<LockStoreException, T> unanswered) {
		return this.cluster ? new ClusterSlots(this.keys).ask(requests, question, unanswered)
				: question.apply(requests);
	}

	private CompletionStage<List<RenewReply>> renewInOneSlot(List<LeaseRequest> requests) {
		byte[][] locks = requests.stream()
			.flatMap((request) -> Stream.of(this.keys.lock(request.key()), this.keys.fence(request.key())))
			.toArray(byte[][]::new);
		byte[][] arguments = requests.stream()
			.flatMap((request) -> List.of(LockCommand.bytes(request.owner()), LockCommand.millis(request.ttl()))
				.stream())
			.toArray(byte[][]::new);
		return run(RENEW, ScriptOutputType.MULTI,
				(List<Object> reply) -> reply.stream()
					.map((held) -> (number(held) != 0) ? RenewReply.RENEWED : RenewReply.LOST)
					.toList(),
				locks, arguments);
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		LockCommand command = command(Action.RELEASE, request);
		running().commands().send(command);
		return command.reply().thenApply((reply) -> number(reply) == 1);
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		return inspect(key, this.keys.lock(key));
	}

	private CompletionStage<LockState> inspect(String key, byte[] lock) {
		return run(INSPECT, ScriptOutputType.MULTI, (List<Object> reply) -> LockStates.read(key, reply),
				this.keys.all(lock), LockCommand.bytes(Integer.toString(MAX_WAITERS)), this.commonArguments[2]);
	}

	@Override
	public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
		KeyScan scan = new KeyScan(servers(), this.keys, size);
		return scan.from(cursor).thenCompose((page) -> {
			List<CompletableFuture<LockState>> states = page.locks()
				.entrySet()
				.stream()
				.map((lock) -> inspect(lock.getKey(), lock.getValue().lock()).toCompletableFuture())
				.toList();
			return CompletableFuture.allOf(states.toArray(CompletableFuture[]::new))
				.thenApply((ignored) -> new LockPage(
						states.stream().map(CompletableFuture::join).filter((state) -> state.holder() != null).toList(),
						page.next()));
		});
	}

	@Override
	public CompletionStage<LockState> forceRelease(String key) {
		return run(FORCE_RELEASE, ScriptOutputType.MULTI, (List<Object> reply) -> LockStates.read(key, reply),
				this.keys.all(key), this.commonArguments);
	}

	@Override
	public CompletionStage<StoreStatus> status() {
		return ServerStatus.of(servers());
	}

	private RedisServers servers() {
		Running current = running();
		return current.factory().servers(current.connection().connected());
	}

	@Override
	public void listen() {
		running().grants().open();
	}

	@Override
	public void verifyListening() {
		Running current = this.running;
		if (current != null) {
			current.grants().verify();
		}
	}

	@Override
	public String mode() {
		return "redis";
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		LockConnectionFactory factory = new LockConnectionFactory(this.connectionFactory);
		factory.afterPropertiesSet();
		factory.start();
		LockConnection<RedisClusterAsyncCommands<byte[], byte[]>> connection = new LockConnection<>(factory::connect,
				(replaced) -> factory.resetConnection());
		ReplicationGuard guard = (this.replicas.count() > 0)
				? ReplicationGuard.connecting(factory::connectSeparately, this.replicas) : null;
		String channel = this.channels + instance;
		GrantSubscription grants = new GrantSubscription(factory::connectPubSub, channel,
				(guard != null) ? ReplicationGuard.hinting(listener) : listener);
		LockCommands commands = new LockCommands(connection::connected, connection::failed, factory.executor(),
				this.cluster, this.commonArguments);
		LockStoreUnavailableException replaced = new LockStoreUnavailableException("The connection was replaced", null);
		connection.whenReplaced(() -> commands.abandonCalls(replaced), () -> {
			grants.openAgain();
			if (guard != null) {
				guard.reconnect(replaced);
			}
		});
		this.running = new Running(factory, connection, commands, grants, guard);
		return (guard != null) ? connection.firstAttempt().thenCompose((ignored) -> guard.firstAttempt())
				: connection.firstAttempt();
	}

	@Override
	public void stop() {
		Running stopped = this.running;
		this.running = null;
		if (stopped != null) {
			stopped.grants().close();
			stopped.factory().destroy();
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
		LockConnection<RedisClusterAsyncCommands<byte[], byte[]>> connection = running().connection();
		return LuaScripts.<T, R>run(connection.connected(), script, output, reader, keys, arguments)
			.whenComplete((result, failure) -> {
				if (failure != null) {
					connection.failed(failure);
				}
			});
	}

	private static long number(Object reply) {
		return (Long) reply;
	}

	private static String text(Object reply) {
		return new String((byte[]) reply, StandardCharsets.UTF_8);
	}

	/**
	 * What there is from start to stop.
	 */
	private record Running(LockConnectionFactory factory,
			LockConnection<RedisClusterAsyncCommands<byte[], byte[]>> connection, LockCommands commands,
			GrantSubscription grants, @Nullable ReplicationGuard guard) {

	}

}
