package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import io.distributedlock.LockNotReplicatedException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.internal.LuaScript;
import io.distributedlock.redis.internal.LuaScripts;
import io.distributedlock.redis.internal.RedisErrors;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

/**
 * Waits for the replicas of one server, on a connection that nothing else uses:
 * {@code WAIT} blocks it. It counts the replicas that have what was written on that
 * connection, so each lock is written there once more, whoever has granted it on whatever
 * connection: replicas that have this write have all before it. The locks that are
 * granted while it waits share the next wait.
 */
final class ReplicaWait {

	private static final LuaScript TOUCH = LuaScript.load("touch.lua");

	private static final int MAX_GRANTS = 256;

	/**
	 * How much longer than Redis itself to wait for its answer.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private final Supplier<CompletionStage<RedisClusterAsyncCommands<byte[], byte[]>>> server;

	private final RequiredReplicas required;

	private final Queue<Grant> waiting = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean asking = new AtomicBoolean();

	/**
	 * Create it.
	 * @param server the connection to the server
	 */
	ReplicaWait(Supplier<CompletionStage<RedisClusterAsyncCommands<byte[], byte[]>>> server,
			RequiredReplicas required) {
		this.server = server;
		this.required = required;
	}

	/**
	 * Find out whether enough replicas have a lock.
	 * @return a stage that ends well if they do and the owner still holds it
	 */
	CompletionStage<Void> confirm(LockCommand command) {
		Grant grant = new Grant(command);
		this.waiting.add(grant);
		askIfPossible();
		return grant.confirmed;
	}

	/**
	 * Ask for all grants that wait, unless a question is under way: its end leads here
	 * again.
	 */
	private void askIfPossible() {
		while (!this.waiting.isEmpty() && this.asking.compareAndSet(false, true)) {
			List<Grant> grants = takeWaiting();
			CompletionStage<Void> answered = ask(grants).toCompletableFuture()
				.orTimeout(this.required.timeout().plus(PATIENCE).toNanos(), TimeUnit.NANOSECONDS);
			answered.whenComplete((ignored, failure) -> {
				this.asking.set(false);
				if (failure != null) {
					grants.forEach((grant) -> grant.confirmed.completeExceptionally(translate(failure)));
				}
				askIfPossible();
			});
		}
	}

	private List<Grant> takeWaiting() {
		List<Grant> grants = new ArrayList<>();
		Grant grant = this.waiting.poll();
		while (grant != null) {
			grants.add(grant);
			grant = (grants.size() < MAX_GRANTS) ? this.waiting.poll() : null;
		}
		return grants;
	}

	private CompletionStage<Void> ask(List<Grant> grants) {
		return CompletableFuture.completedStage(grants)
			.thenCompose((ignored) -> this.server.get())
			.thenCompose((commands) -> {
				grants.forEach((grant) -> grant.touch(commands));
				return commands.waitForReplication(this.required.count(), this.required.timeout().toMillis());
			})
			.thenAccept((replicas) -> grants.forEach((grant) -> grant.confirm(replicas)));
	}

	private static Throwable translate(Throwable failure) {
		Throwable cause = RedisErrors.unwrap(failure);
		boolean passes = cause instanceof TimeoutException || RedisErrors.isReadOnly(cause);
		return passes ? new LockStoreUnavailableException("it is not known whether replicas have the lock", cause)
				: RedisErrors.translate(cause);
	}

	/**
	 * A lock that was granted.
	 */
	private final class Grant {

		private final LockCommand command;

		private final CompletableFuture<Void> confirmed = new CompletableFuture<>();

		private CompletionStage<Long> touched = CompletableFuture.completedStage(0L);

		private Grant(LockCommand command) {
			this.command = command;
		}

		/**
		 * Write the lock, by the source of the script: to send it again, because Redis
		 * does not know it, would be after the wait.
		 */
		void touch(RedisClusterAsyncCommands<byte[], byte[]> commands) {
			this.touched = LuaScripts.runSource(commands, TOUCH, ScriptOutputType.INTEGER, Function.<Long>identity(),
					new byte[][] { this.command.lock() }, this.command.owner(), this.command.ttl());
		}

		void confirm(long replicas) {
			this.touched.whenComplete((held, failure) -> {
				if (failure != null) {
					this.confirmed.completeExceptionally(failure);
				}
				else if (held == 0) {
					this.confirmed.completeExceptionally(new LockStoreUnavailableException(
							"the lock was lost before it was known whether replicas have it", null));
				}
				else if (replicas < ReplicaWait.this.required.count()) {
					this.confirmed.completeExceptionally(notReplicated(replicas));
				}
				else {
					this.confirmed.complete(null);
				}
			});
		}

		private LockNotReplicatedException notReplicated(long replicas) {
			return new LockNotReplicatedException(
					"%d replica(s) had the lock within %d ms, and 'distributed-lock.redis.min-replicas' is %d"
						.formatted(replicas, ReplicaWait.this.required.timeout().toMillis(),
								ReplicaWait.this.required.count()),
					null);
		}

	}

}
