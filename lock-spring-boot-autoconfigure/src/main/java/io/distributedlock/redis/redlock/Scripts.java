package io.distributedlock.redis.redlock;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

import io.distributedlock.redis.internal.LockKeys;
import io.distributedlock.redis.internal.LockStates;
import io.distributedlock.redis.internal.LuaScript;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import org.jspecify.annotations.Nullable;

/**
 * The scripts that nodes run, with their keys and arguments.
 */
final class Scripts {

	static final LuaScript ACQUIRE = LuaScript.load("redlock/acquire.lua", "redlock/turns.lua",
			"redlock/acquire-in-turn.lua");

	static final LuaScript WITHDRAW = LuaScript.load("redlock/turns.lua", "redlock/withdraw.lua");

	static final LuaScript RELEASE = LuaScript.load("redlock/release.lua", "redlock/turns.lua",
			"redlock/release-in-turn.lua");

	private static final LuaScript RESTORE = LuaScript.load("redlock/restore.lua");

	private static final LuaScript RENEW = LuaScript.load("prolong.lua", "redlock/renew.lua");

	private static final LuaScript INSPECT = LuaScript.load("redlock/inspect.lua");

	/**
	 * How long a free lock is kept for the one whose turn it is.
	 */
	private static final byte[] TURN = bytes("100");

	private final LockKeys keys;

	private final String channels;

	private final byte[] channelPrefix;

	private final Duration fenceTtl;

	Scripts(RedlockSettings settings) {
		this.keys = new LockKeys(settings.keyPrefix());
		this.channels = settings.keyPrefix() + "hints:";
		this.channelPrefix = bytes(this.channels);
		this.fenceTtl = settings.fenceTtl();
	}

	/**
	 * Make a node know the scripts before it is asked: while it does not know one of
	 * them, what is sent first may be overtaken. Without the permission, it learns them
	 * later.
	 */
	static CompletionStage<Void> load(RedisScriptingAsyncCommands<byte[], byte[]> commands) {
		CompletableFuture<?>[] loaded = Stream.of(ACQUIRE, WITHDRAW, RELEASE, RESTORE, RENEW, INSPECT)
			.map((script) -> commands.scriptLoad(script.source()).exceptionally((failure) -> "").toCompletableFuture())
			.toArray(CompletableFuture[]::new);
		return CompletableFuture.allOf(loaded);
	}

	/**
	 * Return the channel on which an instance is told of its turns.
	 */
	String channel(String instance) {
		return this.channels + instance;
	}

	/**
	 * Ask for the vote of a node.
	 * @param token the first of the fencing tokens that are proposed
	 * @param ticket the ticket with which to wait, or null not to wait
	 * @param overtakable is called if what follows may reach the node before
	 */
	Function<NodeConnection, CompletionStage<Vote>> acquire(LeaseRequest request, long token, @Nullable Long ticket,
			Runnable overtakable) {
		byte[][] locks = this.keys.ofQuorum(request.key());
		Duration ttl = request.ttl();
		byte[][] arguments = { bytes(request.owner()), millis(ttl), number(token), number(last(token)), fenceTtl(ttl),
				number(ticket), this.channelPrefix, TURN };
		ScriptCall<?, Vote> call = ScriptCall.list(ACQUIRE, Vote::of, locks, arguments);
		return (node) -> node.run(call, overtakable);
	}

	/**
	 * Give a vote back, and wait from now on. If that is only done when the node is back,
	 * the owner may not wait any more.
	 * @param token the first of the fencing tokens that were proposed
	 * @param ticket the ticket with which to wait, or null not to wait
	 */
	Leftover withdraw(LeaseRequest request, long token, @Nullable Long ticket) {
		ScriptCall<?, Long> later = withdrawal(request, token, null);
		return new Leftover((ticket != null) ? withdrawal(request, token, ticket) : later, later, expiry(request));
	}

	private ScriptCall<?, Long> withdrawal(LeaseRequest request, long token, @Nullable Long ticket) {
		return ScriptCall.number(WITHDRAW, this.keys.ofQuorum(request.key()), bytes(request.owner()),
				number(last(token)), number(ticket), millis(request.ttl()), this.channelPrefix, TURN);
	}

	/**
	 * Release a lock, or the place of the owner among those who wait for it.
	 */
	Leftover release(LeaseRequest request) {
		return new Leftover(ScriptCall.number(RELEASE, this.keys.ofQuorum(request.key()), bytes(request.owner()),
				this.channelPrefix, TURN), expiry(request));
	}

	private static long expiry(LeaseRequest request) {
		return System.nanoTime() + request.ttl().toNanos();
	}

	/**
	 * Put a lock that an owner holds on a node that lacks it.
	 * @param token the first of the fencing tokens that the owner was granted
	 */
	Function<NodeConnection, CompletionStage<Long>> restore(LeaseRequest request, long token) {
		byte[][] all = this.keys.ofQuorum(request.key());
		byte[][] lockAndFence = { all[0], all[1] };
		byte[][] arguments = { bytes(request.owner()), millis(request.ttl()), number(last(token)),
				fenceTtl(request.ttl()) };
		ScriptCall<?, Long> call = ScriptCall.number(RESTORE, lockAndFence, arguments);
		return (node) -> node.run(call);
	}

	private byte[] fenceTtl(Duration ttl) {
		return millis((ttl.compareTo(this.fenceTtl) > 0) ? ttl : this.fenceTtl);
	}

	/**
	 * Renew leases.
	 * @param token tells the first of the fencing tokens that came with a lease, or null
	 */
	Function<NodeConnection, CompletionStage<List<Boolean>>> renew(List<LeaseRequest> requests,
			Function<LeaseRequest, @Nullable Long> token) {
		byte[][] keys = new byte[2 * requests.size()][];
		byte[][] arguments = new byte[1 + 3 * requests.size()][];
		arguments[0] = millis(this.fenceTtl);
		for (int i = 0; i < requests.size(); i++) {
			LeaseRequest request = requests.get(i);
			System.arraycopy(this.keys.all(request.key()), 0, keys, 2 * i, 2);
			Long first = token.apply(request);
			arguments[3 * i + 1] = bytes(request.owner());
			arguments[3 * i + 2] = millis(request.ttl());
			arguments[3 * i + 3] = number((first != null) ? last(first) : null);
		}
		ScriptCall<?, List<Boolean>> call = ScriptCall.list(RENEW, Scripts::held, keys, arguments);
		return (node) -> node.run(call);
	}

	private static List<Boolean> held(List<Object> reply) {
		return reply.stream().map((each) -> (Long) each == 1).toList();
	}

	/**
	 * Look at a lock.
	 */
	Function<NodeConnection, CompletionStage<LockState>> inspect(String key) {
		return inspect(key, this.keys.lock(key));
	}

	/**
	 * Look at a lock.
	 * @param key the key of the lock
	 * @param lock its Redis key
	 */
	Function<NodeConnection, CompletionStage<LockState>> inspect(String key, byte[] lock) {
		byte[][] lockFenceAndWaiters = Arrays.copyOf(this.keys.ofQuorum(lock), 3);
		byte[][] arguments = { number((long) LockStore.MAX_WAITERS), number((long) LockStore.TOKENS_PER_GRANT) };
		ScriptCall<?, LockState> call = ScriptCall.list(INSPECT, (reply) -> LockStates.read(key, reply),
				lockFenceAndWaiters, arguments);
		return (node) -> node.run(call);
	}

	/**
	 * Return the names of the keys in Redis.
	 */
	LockKeys keys() {
		return this.keys;
	}

	/**
	 * Return the last of the fencing tokens that come with a grant.
	 */
	static long last(long token) {
		return token + LockStore.TOKENS_PER_GRANT - 1;
	}

	/**
	 * Return the first of the fencing tokens that come with a grant.
	 */
	static long first(long lastToken) {
		return lastToken - LockStore.TOKENS_PER_GRANT + 1;
	}

	private static byte[] millis(Duration duration) {
		return number(duration.toMillis());
	}

	private static byte[] number(@Nullable Long number) {
		return bytes((number != null) ? number.toString() : "");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
