package io.distributedlock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.distributedlock.redis.internal.RedisErrors;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * The connection for lock commands, from the first attempt to connect until it is closed.
 * Connects on a thread of its own, never on that of a caller, whose wait time must hold
 * even when Redis does not answer.
 */
final class LockConnection {

	private static final long RETRY_DELAY = Duration.ofMillis(100).toNanos();

	private static final long REPLACEMENT_INTERVAL = Duration.ofSeconds(1).toNanos();

	private final LockConnectionFactory factory;

	private volatile Attempt latest = new Attempt();

	private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;

	private volatile @Nullable Throwable failure;

	private volatile Runnable whenClosed = () -> {
	};

	private volatile Runnable whenReplaced = () -> {
	};

	LockConnection(LockConnectionFactory factory) {
		this.factory = factory;
		this.factory.afterPropertiesSet();
		this.factory.start();
		start(this.latest);
	}

	/**
	 * Return a stage that completes when the first attempt to connect has ended.
	 */
	CompletionStage<Void> firstAttempt() {
		return this.latest.ended;
	}

	/**
	 * Return the commands of the connection. Does not wait for it to be there.
	 * @throws io.distributedlock.LockStoreException if it is not there (yet), with the
	 * reason why the last attempt has failed; a new one is then under way
	 */
	RedisClusterAsyncCommands<byte[], byte[]> commands() {
		RedisClusterAsyncCommands<byte[], byte[]> connected = this.commands;
		if (connected != null) {
			return connected;
		}
		Attempt attempt = this.latest;
		if (attempt.isStale()) {
			tryAgain(attempt);
		}
		throw RedisErrors.notConnected(this.failure);
	}

	/**
	 * Return the servers behind the connection.
	 * @throws io.distributedlock.LockStoreException if it is not there (yet)
	 */
	RedisServers servers() {
		return this.factory.servers(commands());
	}

	/**
	 * Have actions run whenever another connection takes the place of the one before.
	 * @param closed runs when that is closed
	 * @param replaced runs after the attempt to make the other one
	 */
	void whenReplaced(Runnable closed, Runnable replaced) {
		this.whenClosed = closed;
		this.whenReplaced = replaced;
	}

	/**
	 * Take note of what a command has failed with. If the server accepts no more than
	 * reads, another one may have become the master without that the connection to this
	 * one was closed: a new connection finds it.
	 */
	void failed(Throwable failure) {
		Attempt attempt = this.latest;
		if (RedisErrors.isReadOnly(failure) && attempt.isOld()) {
			replace(attempt, failure);
		}
	}

	private synchronized void replace(Attempt old, Throwable reason) {
		if (this.latest.equals(old)) {
			this.failure = reason;
			this.commands = null;
			Attempt attempt = new Attempt();
			this.latest = attempt;
			start(() -> {
				connect(attempt, () -> {
					this.factory.resetConnection();
					this.whenClosed.run();
				});
				this.whenReplaced.run();
			});
		}
	}

	private synchronized void tryAgain(Attempt stale) {
		if (this.latest.equals(stale)) {
			this.latest = new Attempt();
			start(this.latest);
		}
	}

	private void start(Attempt attempt) {
		start(() -> connect(attempt, () -> {
		}));
	}

	private static void start(Runnable action) {
		Thread thread = new Thread(action, "distributed-lock-connect");
		thread.setDaemon(true);
		thread.start();
	}

	private void connect(Attempt attempt, Runnable preparation) {
		try {
			preparation.run();
			this.commands = this.factory.connect();
			attempt.endedAt = System.nanoTime();
			attempt.ended.complete(null);
		}
		catch (RuntimeException ex) {
			Throwable cause = NestedExceptionUtils.getMostSpecificCause(ex);
			this.failure = cause;
			attempt.endedAt = System.nanoTime();
			attempt.ended.completeExceptionally(RedisErrors.notConnected(cause));
		}
	}

	void close() {
		this.factory.destroy();
	}

	/**
	 * One attempt to connect. A connection once made reconnects by itself, but stays with
	 * a server that keeps it open.
	 */
	private static final class Attempt {

		private final CompletableFuture<Void> ended = new CompletableFuture<>();

		private volatile long endedAt;

		boolean isStale() {
			return this.ended.isCompletedExceptionally() && System.nanoTime() - this.endedAt > RETRY_DELAY;
		}

		boolean isOld() {
			return this.ended.isDone() && System.nanoTime() - this.endedAt > REPLACEMENT_INTERVAL;
		}

	}

}
