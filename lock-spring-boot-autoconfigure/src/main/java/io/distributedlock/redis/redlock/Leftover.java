package io.distributedlock.redis.redlock;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.distributedlock.redis.internal.LuaScript;
import io.lettuce.core.ScriptOutputType;

/**
 * What an owner may have on a node and is to be taken away, at best at once. May be done
 * any number of times.
 */
final class Leftover {

	private final LuaScript script;

	private final byte[][] keys;

	private final byte[][] arguments;

	private final long expiresAt;

	/**
	 * Create a leftover.
	 * @param expiresAt when there is nothing left to take away, as the time to live is
	 * over
	 */
	Leftover(LuaScript script, byte[][] keys, byte[][] arguments, long expiresAt) {
		this.script = script;
		this.keys = keys;
		this.arguments = arguments;
		this.expiresAt = expiresAt;
	}

	boolean isExpired(long now) {
		return this.expiresAt - now <= 0;
	}

	/**
	 * Take it away.
	 * @return 1 if the owner held the lock, otherwise 0
	 */
	CompletionStage<Long> takeFrom(NodeConnection node) {
		return node.run(this.script, ScriptOutputType.INTEGER, Function.<Long>identity(), this.keys, this.arguments);
	}

}
