package io.distributedlock.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.distributedlock.store.LeaseRequest;

/**
 * One thing to be done with one lock, until Redis has answered.
 */
final class LockCommand {

	private final Action action;

	private final byte[][] keys;

	private final byte[] owner;

	private final byte[] ttl;

	private final CompletableFuture<Object> reply = new CompletableFuture<>();

	/**
	 * Create a command.
	 * @param action what to do
	 * @param keys the keys of the lock in Redis
	 * @param request who asks, and for how long
	 */
	LockCommand(Action action, byte[][] keys, LeaseRequest request) {
		this.action = action;
		this.keys = keys;
		this.owner = bytes(request.owner());
		this.ttl = millis(request.ttl());
	}

	Action action() {
		return this.action;
	}

	byte[][] keys() {
		return this.keys;
	}

	/**
	 * Return the key that holds the token of the owner.
	 */
	byte[] lock() {
		return this.keys[0];
	}

	byte[] owner() {
		return this.owner;
	}

	byte[] ttl() {
		return this.ttl;
	}

	/**
	 * Return what the scripts {@code acquire.lua} or {@code release.lua} return: a number
	 * or a list.
	 */
	CompletableFuture<Object> reply() {
		return this.reply;
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static byte[] millis(Duration duration) {
		return bytes(Long.toString(duration.toMillis()));
	}

	/**
	 * What to do, by its name in {@code run.lua}.
	 */
	enum Action {

		/**
		 * Acquire, without waiting.
		 */
		TRY("try"),

		/**
		 * Acquire, or wait in the queue.
		 */
		WAIT("wait"),

		/**
		 * Release, or leave the queue.
		 */
		RELEASE("release");

		@SuppressWarnings("ImmutableEnumChecker") // nobody changes it
		private final byte[] argument;

		Action(String argument) {
			this.argument = bytes(argument);
		}

		byte[] argument() {
			return this.argument;
		}

	}

}
