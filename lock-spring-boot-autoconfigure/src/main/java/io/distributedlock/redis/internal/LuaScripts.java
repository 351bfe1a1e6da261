package io.distributedlock.redis.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

/**
 * Runs scripts by their digest, and by their source when Redis does not know them (yet,
 * or any more: it forgets all scripts with {@code SCRIPT FLUSH} or a restart). That time
 * a script may be overtaken by those called after it.
 *
 * @since 1.0
 */
public final class LuaScripts {

	private LuaScripts() {
	}

	/**
	 * Run a script.
	 * @param <T> the type of the result, as Lettuce defines it for the output type
	 * @param <R> the type of what is made of it
	 * @param commands the connection to run it on
	 * @param script the script
	 * @param output the form of its result
	 * @param reader makes something of the result
	 * @param keys its keys, all in one slot
	 * @param arguments its arguments
	 * @return the result, or a {@link io.distributedlock.LockStoreException}
	 */
	public static <T, R> CompletionStage<R> run(RedisClusterAsyncCommands<byte[], byte[]> commands, LuaScript script,
			ScriptOutputType output, Function<T, R> reader, byte[][] keys, byte[]... arguments) {
		return run(commands, script, output, reader, () -> {
		}, keys, arguments);
	}

	/**
	 * Run a script, and tell if it may be overtaken.
	 * @param <T> the type of the result, as Lettuce defines it for the output type
	 * @param <R> the type of what is made of it
	 * @param commands the connection to run it on
	 * @param script the script
	 * @param output the form of its result
	 * @param reader makes something of the result
	 * @param overtakable is called before the script is sent a second time, because Redis
	 * does not know it
	 * @param keys its keys, all in one slot
	 * @param arguments its arguments
	 * @return the result, or a {@link io.distributedlock.LockStoreException}
	 */
	public static <T, R> CompletionStage<R> run(RedisClusterAsyncCommands<byte[], byte[]> commands, LuaScript script,
			ScriptOutputType output, Function<T, R> reader, Runnable overtakable, byte[][] keys, byte[]... arguments) {
		// One stage instead of one for each step: this is the way of every lock command
		CompletableFuture<R> result = new CompletableFuture<>();
		CompletionStage<T> byDigest = commands.evalsha(script.digest(), output, keys, arguments);
		byDigest.whenComplete((value, failure) -> {
			if (failure == null) {
				complete(result, reader, value);
			}
			else if (unwrap(failure) instanceof RedisNoScriptException) {
				overtakable.run();
				runSource(result, commands, script, output, reader, keys, arguments);
			}
			else {
				result.completeExceptionally(RedisErrors.translate(unwrap(failure)));
			}
		});
		return result;
	}

	/**
	 * Run a script by its source, after which Redis knows it.
	 * @param <T> the type of the result, as Lettuce defines it for the output type
	 * @param <R> the type of what is made of it
	 * @param commands the connection to run it on
	 * @param script the script
	 * @param output the form of its result
	 * @param reader makes something of the result
	 * @param keys its keys, all in one slot
	 * @param arguments its arguments
	 * @return the result, or a {@link io.distributedlock.LockStoreException}
	 */
	public static <T, R> CompletionStage<R> runSource(RedisClusterAsyncCommands<byte[], byte[]> commands,
			LuaScript script, ScriptOutputType output, Function<T, R> reader, byte[][] keys, byte[]... arguments) {
		CompletableFuture<R> result = new CompletableFuture<>();
		runSource(result, commands, script, output, reader, keys, arguments);
		return result;
	}

	private static <T, R> void runSource(CompletableFuture<R> result,
			RedisClusterAsyncCommands<byte[], byte[]> commands, LuaScript script, ScriptOutputType output,
			Function<T, R> reader, byte[][] keys, byte[]... arguments) {
		CompletionStage<T> bySource = commands.eval(script.source(), output, keys, arguments);
		bySource.whenComplete((value, failure) -> {
			if (failure == null) {
				complete(result, reader, value);
			}
			else {
				result.completeExceptionally(RedisErrors.translate(unwrap(failure)));
			}
		});
	}

	private static <T, R> void complete(CompletableFuture<R> result, Function<T, R> reader, T value) {
		try {
			result.complete(reader.apply(value));
		}
		catch (RuntimeException ex) {
			result.completeExceptionally(RedisErrors.translate(ex));
		}
	}

	private static Throwable unwrap(Throwable failure) {
		return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
	}

}
