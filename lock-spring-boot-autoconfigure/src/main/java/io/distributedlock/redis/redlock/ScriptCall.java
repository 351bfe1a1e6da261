package io.distributedlock.redis.redlock;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import io.distributedlock.redis.internal.LuaScript;
import io.distributedlock.redis.internal.LuaScripts;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandType;

/**
 * A call of a script, the same for all nodes.
 *
 * @param <T> the type of what a node returns
 * @param <R> the type of what is made of it
 */
final class ScriptCall<T, R> {

	private final LuaScript script;

	private final ScriptOutputType type;

	private final Supplier<CommandOutput<byte[], byte[], T>> output;

	private final Function<T, R> reader;

	private final byte[][] keys;

	private final byte[][] arguments;

	private final EncodedArguments byDigest;

	private ScriptCall(LuaScript script, ScriptOutputType type, Supplier<CommandOutput<byte[], byte[], T>> output,
			Function<T, R> reader, byte[][] keys, byte[]... arguments) {
		this.script = script;
		this.type = type;
		this.output = output;
		this.reader = reader;
		this.keys = keys;
		this.arguments = arguments;
		this.byDigest = new EncodedArguments(script.digest().getBytes(StandardCharsets.US_ASCII), keys, arguments);
	}

	/**
	 * Call a script that returns a list, or a number in place of one.
	 */
	static <R> ScriptCall<List<Object>, R> list(LuaScript script, Function<List<Object>, R> reader, byte[][] keys,
			byte[]... arguments) {
		return new ScriptCall<>(script, ScriptOutputType.MULTI, () -> new NestedMultiOutput<>(ByteArrayCodec.INSTANCE),
				reader, keys, arguments);
	}

	/**
	 * Call a script that returns a number.
	 */
	static ScriptCall<Long, Long> number(LuaScript script, byte[][] keys, byte[]... arguments) {
		return new ScriptCall<>(script, ScriptOutputType.INTEGER, () -> new IntegerOutput<>(ByteArrayCodec.INSTANCE),
				Function.identity(), keys, arguments);
	}

	/**
	 * Run the script on a node.
	 * @param overtakable is called if what follows may reach the node before
	 */
	CompletionStage<R> on(RedisAsyncCommands<byte[], byte[]> node, Runnable overtakable) {
		CompletionStage<T> sent = node.dispatch(CommandType.EVALSHA, this.output.get(), this.byDigest);
		return LuaScripts.run(sent, () -> {
			overtakable.run();
			return node.eval(this.script.source(), this.type, this.keys, this.arguments);
		}, this.reader);
	}

}
