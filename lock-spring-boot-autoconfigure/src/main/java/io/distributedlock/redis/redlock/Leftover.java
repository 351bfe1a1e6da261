package io.distributedlock.redis.redlock;

import java.util.concurrent.CompletionStage;

/**
 * What an owner may have on a node and is to be taken away, at best at once. May be done
 * any number of times.
 */
final class Leftover {

	private final ScriptCall<?, Long> removal;

	private final ScriptCall<?, Long> laterRemoval;

	private final long expiresAt;

	/**
	 * Create a leftover that is taken away in the same way at once and later.
	 * @param removal what takes it away, and returns 1 if the owner held the lock,
	 * otherwise 0
	 * @param expiresAt when there is nothing left to take away, as the time to live is
	 * over
	 */
	Leftover(ScriptCall<?, Long> removal, long expiresAt) {
		this(removal, removal, expiresAt);
	}

	/**
	 * Create a leftover.
	 * @param removal what takes it away at once, and returns 1 if the owner held the
	 * lock, otherwise 0
	 * @param laterRemoval the same for when the node is back, which may be after the
	 * owner has gone: must not put anything on the node
	 * @param expiresAt when there is nothing left to take away, as the time to live is
	 * over
	 */
	Leftover(ScriptCall<?, Long> removal, ScriptCall<?, Long> laterRemoval, long expiresAt) {
		this.removal = removal;
		this.laterRemoval = laterRemoval;
		this.expiresAt = expiresAt;
	}

	boolean isExpired(long now) {
		return this.expiresAt - now <= 0;
	}

	/**
	 * Take it away at once.
	 * @return 1 if the owner held the lock, otherwise 0
	 */
	CompletionStage<Long> takeFrom(NodeConnection node) {
		return node.run(this.removal);
	}

	/**
	 * Take it away when the node is back.
	 */
	CompletionStage<Long> takeLaterFrom(NodeConnection node) {
		return node.run(this.laterRemoval);
	}

}
