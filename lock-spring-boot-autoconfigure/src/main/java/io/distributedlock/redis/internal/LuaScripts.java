package io.distributedlock.redis.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

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
		return run(commands.evalsha(script.digest(), output, keys, arguments),
				() -> commands.eval(script.source(), output, keys, arguments), reader);
	}

	/**
	 * Make something of the result of a script that was sent by its digest, or send it by
	 * its source.
	 * @param <T> the type of the result, as Lettuce defines it for the output type
	 * @param <R> the type of what is made of it
	 * @param byDigest the result of what was sent
	 * @param bySource sends the script by its source
	 * @param reader makes something of the result
	 * @return the result, or a {@link io.distributedlock.LockStoreException}
	 */
	public static <T, R> CompletionStage<R> run(CompletionStage<T> byDigest, Supplier<CompletionStage<T>> bySource,
			Function<T, R> reader) {
		// One stage instead of one for each step: this is the way of every lock command
		CompletableFuture<R> result = new CompletableFuture<>();
		byDigest.whenComplete((value, failure) -> {
			if (failure != null && RedisErrors.unwrap(failure) instanceof RedisNoScriptException) {
				complete(result, bySource.get(), reader);
			}
			else {
				complete(result, value, failure, reader);
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
		complete(result, commands.eval(script.source(), output, keys, arguments), reader);
		return result;
	}

	private static <T, R> void complete(CompletableFuture<R> result, CompletionStage<T> sent, Function<T, R> reader) {
		sent.whenComplete((value, failure) -> complete(result, value, failure, reader));
	}

	private static <T, R> void complete(CompletableFuture<R> result, T value, @Nullable Throwable failure,
			Function<T, R> reader) {
		if (failure != null) {
			result.completeExceptionally(RedisErrors.translate(RedisErrors.unwrap(failure)));
			return;
		}
		try {
			result.complete(reader.apply(value));
		}
		catch (RuntimeException ex) {
			result.completeExceptionally(RedisErrors.translate(ex));
		}
	}

}
