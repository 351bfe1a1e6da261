package io.distributedlock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.distributedlock.redis.internal.RedisErrors;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * A connection for locks, from the first attempt to connect on. Connects on a thread of
 * its own, never on that of a caller, whose wait time must hold even when Redis does not
 * answer.
 *
 * @param <T> what one has when connected
 */
final class LockConnection<T> {

	private static final long RETRY_DELAY = Duration.ofMillis(100).toNanos();

	private static final long REPLACEMENT_INTERVAL = Duration.ofSeconds(1).toNanos();

	private final Supplier<T> connector;

	private final Consumer<@Nullable T> disconnector;

	private volatile Attempt latest = new Attempt();

	private volatile @Nullable T connected;

	private volatile @Nullable Throwable failure;

	private volatile Runnable whenClosed = () -> {
	};

	private volatile Runnable whenReplaced = () -> {
	};

	/**
	 * Begin to connect.
	 * @param connector connects; may block and fail
	 * @param disconnector closes a connection that is to be replaced, if there is one;
	 * may block
	 */
	LockConnection(Supplier<T> connector, Consumer<@Nullable T> disconnector) {
		this.connector = connector;
		this.disconnector = disconnector;
		start(this.latest);
	}

	/**
	 * Return a stage that completes when the first attempt to connect has ended.
	 */
	CompletionStage<Void> firstAttempt() {
		return this.latest.ended;
	}

	/**
	 * Return the connection. Does not wait for it to be there.
	 * @throws io.distributedlock.LockStoreException if it is not there (yet), with the
	 * reason why the last attempt has failed; a new one is then under way
	 */
	T connected() {
		@Nullable T current = this.connected;
		if (current != null) {
			return current;
		}
		Attempt attempt = this.latest;
		if (attempt.isStale()) {
			tryAgain(attempt);
		}
		throw RedisErrors.notConnected(this.failure);
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

	/**
	 * Put another connection in the place of this one, or of the one that is being made.
	 * @param reason what to tell those who want to use it meanwhile
	 */
	void replace(Throwable reason) {
		Attempt attempt = this.latest;
		CompletionStage<Void> ended = attempt.ended;
		// Not sooner, so that each connection that was made is closed, and the last one
		// used
		ended.whenComplete((ignored, failed) -> replace(attempt, reason));
	}

	private synchronized void replace(Attempt old, Throwable reason) {
		if (this.latest.equals(old)) {
			T replaced = this.connected;
			this.failure = reason;
			this.connected = null;
			Attempt attempt = new Attempt();
			this.latest = attempt;
			start(() -> {
				connect(attempt, () -> {
					this.disconnector.accept(replaced);
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
			this.connected = this.connector.get();
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
