package io.distributedlock.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.LockCommand.Action;
import io.distributedlock.redis.internal.LuaScript;
import io.distributedlock.redis.internal.LuaScripts;
import io.distributedlock.redis.internal.RedisErrors;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

/**
 * Sends the commands that acquire and release locks, in the order in which they come.
 * <p>
 * Each is sent at once as long as few calls are under way. Those that come while Redis is
 * busy with that many are sent together, in one script call, as soon as one of them is
 * answered: the more threads, the fewer calls for each lock. In a Cluster, where a script
 * sees the locks of one slot only, each has a call of its own.
 */
final class LockCommands {

	static final LuaScript ACQUIRE = LuaScript.load("hand-over.lua", "acquire.lua", "acquire-one.lua");

	static final LuaScript RELEASE = LuaScript.load("hand-over.lua", "release.lua", "release-one.lua");

	static final LuaScript RUN = LuaScript.load("hand-over.lua", "acquire.lua", "release.lua", "run.lua");

	/**
	 * One that Redis is busy with, and one that is on its way. More calls were slower
	 * with 64 and with 1,000 threads.
	 */
	private static final int MAX_CALLS = 2;

	/**
	 * Keeps a script short enough not to delay the commands of others.
	 */
	private static final int MAX_COMMANDS_PER_CALL = 256;

	/**
	 * Longer than it takes until a connection without answers is closed, which ends its
	 * calls.
	 */
	private static final long MAX_CALL_TIME = 2 * SilenceHandler.LIMIT.toNanos();

	private static final int FAILED = -1;

	private final Supplier<RedisClusterAsyncCommands<byte[], byte[]>> connection;

	private final Consumer<Throwable> failures;

	private final Executor executor;

	private final boolean cluster;

	private final byte[][] commonArguments;

	private final Queue<LockCommand> waiting = new ConcurrentLinkedQueue<>();

	private final Set<LuaScript> known = ConcurrentHashMap.newKeySet();

	private final Set<Call> underWay = ConcurrentHashMap.newKeySet();

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicInteger sending = new AtomicInteger();

	private volatile long lastEnd;

	/**
	 * Create it.
	 * @param connection where to send the commands; may throw if there is none
	 * @param failures is told what commands fail with
	 * @param executor on which to send those that had to wait. Not on the thread that
	 * reads the answers: what it writes overtakes what others are about to write
	 * @param cluster whether that is a Cluster
	 * @param commonArguments the arguments with which those of all scripts begin
	 */
	LockCommands(Supplier<RedisClusterAsyncCommands<byte[], byte[]>> connection, Consumer<Throwable> failures,
			Executor executor, boolean cluster, byte[][] commonArguments) {
		this.connection = connection;
		this.failures = failures;
		this.executor = executor;
		this.cluster = cluster;
		this.commonArguments = commonArguments;
	}

	void send(LockCommand command) {
		if (this.cluster) {
			call(List.of(command));
			return;
		}
		this.waiting.add(command);
		sendWaiting();
		if (this.calls.get() >= MAX_CALLS && System.nanoTime() - this.lastEnd > MAX_CALL_TIME) {
			abandonCalls(new LockStoreUnavailableException("Redis has not answered for too long", null));
		}
	}

	/**
	 * Send commands that need not have a call of their own.
	 * @param commands the commands; in a Cluster, for locks of one slot
	 */
	void sendTogether(List<LockCommand> commands) {
		if (this.cluster) {
			call(commands);
			return;
		}
		this.waiting.addAll(commands);
		sendWaiting();
	}

	/**
	 * Send what waits, if there may be another call. One thread at a time does that;
	 * others leave it to that one.
	 */
	private void sendWaiting() {
		if (this.sending.getAndIncrement() != 0) {
			return;
		}
		int seen = 1;
		while (seen != 0) {
			while (!this.waiting.isEmpty() && this.calls.get() < MAX_CALLS) {
				List<LockCommand> commands = next();
				// What waited a moment ago may have been failed meanwhile
				if (!commands.isEmpty()) {
					call(commands);
				}
			}
			seen = this.sending.addAndGet(-seen);
		}
	}

	private List<LockCommand> next() {
		List<LockCommand> commands = new ArrayList<>(1);
		LockCommand command = this.waiting.poll();
		while (command != null) {
			commands.add(command);
			command = (commands.size() < MAX_COMMANDS_PER_CALL) ? this.waiting.poll() : null;
		}
		return commands;
	}

	/**
	 * Fail the calls that are under way, whatever becomes of them: their connection is
	 * closed, or no answer is to be expected any more. One call too many that nobody ends
	 * would keep all others from being sent.
	 * @param reason what to tell those who wait for their answers
	 */
	void abandonCalls(LockStoreUnavailableException reason) {
		this.underWay.forEach((call) -> ended(call, null, reason));
	}

	private void call(List<LockCommand> commands) {
		Call call = new Call(commands);
		if (this.calls.getAndIncrement() == 0) {
			this.lastEnd = System.nanoTime();
		}
		// Before it is known on which connection, so that none is forgotten when that is
		// replaced
		this.underWay.add(call);
		try {
			run(this.connection.get(), script(commands), keys(commands), arguments(commands))
				.whenComplete((replies, failure) -> ended(call, replies, failure));
		}
		catch (RuntimeException ex) {
			ended(call, null, ex);
		}
	}

	/**
	 * Run a script, the first time by its source: if it had to be sent again because
	 * Redis does not know it, later commands would overtake it.
	 */
	private CompletionStage<List<Object>> run(RedisClusterAsyncCommands<byte[], byte[]> connected, LuaScript script,
			byte[][] keys, byte[][] arguments) {
		return this.known.add(script)
				? LuaScripts.runSource(connected, script, ScriptOutputType.MULTI, Function.identity(), keys, arguments)
				: LuaScripts.run(connected, script, ScriptOutputType.MULTI, Function.identity(), keys, arguments);
	}

	private static LuaScript script(List<LockCommand> commands) {
		if (commands.size() > 1) {
			return RUN;
		}
		return (commands.get(0).action() == Action.RELEASE) ? RELEASE : ACQUIRE;
	}

	private static byte[][] keys(List<LockCommand> commands) {
		if (commands.size() == 1) {
			return commands.get(0).keys();
		}
		byte[][] keys = new byte[3 * commands.size()][];
		for (int i = 0; i < commands.size(); i++) {
			System.arraycopy(commands.get(i).keys(), 0, keys, 3 * i, 3);
		}
		return keys;
	}

	private byte[][] arguments(List<LockCommand> commands) {
		int common = this.commonArguments.length;
		byte[][] arguments = new byte[common + 3 * commands.size()][];
		System.arraycopy(this.commonArguments, 0, arguments, 0, common);
		for (int i = 0; i < commands.size(); i++) {
			LockCommand command = commands.get(i);
			arguments[common + 3 * i] = command.action().argument();
			arguments[common + 3 * i + 1] = command.owner();
			arguments[common + 3 * i + 2] = command.ttl();
		}
		return arguments;
	}

	private void ended(Call call, @Nullable List<Object> replies, @Nullable Throwable failure) {
		if (!this.underWay.remove(call)) {
			return;
		}
		this.lastEnd = System.nanoTime();
		List<LockCommand> commands = call.commands;
		// Those that wait would come too late: after a reconnection, their callers may
		// have gone
		List<LockCommand> unsent = (failure instanceof LockStoreUnavailableException) ? takeAllWaiting() : List.of();
		this.calls.decrementAndGet();
		if (!this.waiting.isEmpty()) {
			sendWaitingLater();
		}
		if (replies != null) {
			for (int i = 0; i < commands.size(); i++) {
				answer(commands.get(i), replies.get(i));
			}
		}
		if (failure != null) {
			this.failures.accept(failure);
			fail(commands, failure);
			fail(unsent, failure);
		}
	}

	private static void fail(List<LockCommand> commands, Throwable failure) {
		commands.forEach((command) -> command.reply().completeExceptionally(failure));
	}

	private void sendWaitingLater() {
		try {
			this.executor.execute(this::sendWaiting);
		}
		catch (RejectedExecutionException ex) {
			fail(takeAllWaiting(), new LockStoreUnavailableException("The Redis lock store is stopped", ex));
		}
	}

	private List<LockCommand> takeAllWaiting() {
		List<LockCommand> all = new ArrayList<>();
		for (LockCommand command = this.waiting.poll(); command != null; command = this.waiting.poll()) {
			all.add(command);
		}
		return all;
	}

	private void answer(LockCommand command, Object reply) {
		if (reply instanceof List<?> values && (Long) values.get(0) == FAILED) {
			String message = new String((byte[]) values.get(1), StandardCharsets.UTF_8);
			LockStoreException failure = RedisErrors.translate(new RedisCommandExecutionException(message));
			this.failures.accept(failure);
			command.reply().completeExceptionally(failure);
		}
		else {
			command.reply().complete(reply);
		}
	}

	/**
	 * A script call, equal only to itself.
	 */
	private static final class Call {

		private final List<LockCommand> commands;

		Call(List<LockCommand> commands) {
			this.commands = commands;
		}

	}

}
