package io.distributedlock.redis.redlock;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.distributedlock.redis.internal.Connections;
import io.distributedlock.redis.internal.EvictionPolicy;
import io.distributedlock.redis.internal.RedisErrors;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;

/**
 * One connection to a node, for as long as it lasts. When it breaks, the node has to be
 * looked at again before it may vote, so this never reconnects.
 */
final class NodeConnection {

	private final Node node;

	private final StatefulRedisConnection<byte[], byte[]> connection;

	private final long votesFrom;

	private volatile boolean hung;

	private final AtomicBoolean closed = new AtomicBoolean();

	/**
	 * Create a connection.
	 * @param votesFrom from when the node may vote, in terms of {@link System#nanoTime()}
	 */
	NodeConnection(Node node, StatefulRedisConnection<byte[], byte[]> connection, long votesFrom) {
		this.node = node;
		this.connection = connection;
		this.votesFrom = votesFrom;
	}

	Node node() {
		return this.node;
	}

	/**
	 * Return for how many nanoseconds the node must not vote yet, zero or less if it may.
	 */
	long quarantine(long now) {
		return this.votesFrom - now;
	}

	boolean isVoting(long now) {
		return !this.hung && quarantine(now) <= 0;
	}

	/**
	 * Return whether there has been no answer for so long that nothing is sent any more.
	 */
	boolean isHung() {
		return this.hung;
	}

	void hung(boolean hung) {
		this.hung = hung;
	}

	<R> CompletionStage<R> run(ScriptCall<?, R> call) {
		return run(call, () -> {
		});
	}

	/**
	 * Run a script.
	 * @param overtakable is called if what follows on this connection may overtake it
	 */
	<R> CompletionStage<R> run(ScriptCall<?, R> call, Runnable overtakable) {
		try {
			return call.on(this.connection.async(), overtakable);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedStage(RedisErrors.translate(ex));
		}
	}

	/**
	 * Take something away: if it is not known to be gone, now or when the node is back.
	 * @return 1 if the owner held the lock, otherwise 0
	 */
	CompletionStage<Long> take(Leftover leftover) {
		return leftover.takeFrom(this).whenComplete((ignored, failure) -> {
			if (failure != null) {
				this.node.leftovers().add(leftover);
			}
		});
	}

	/**
	 * Return the time of the node, seconds and microseconds.
	 */
	CompletionStage<List<byte[]>> time() {
		return this.connection.async().time();
	}

	/**
	 * Take one step to look at all keys.
	 */
	CompletionStage<KeyScanCursor<byte[]>> scan(ScanCursor cursor, ScanArgs arguments) {
		try {
			return this.connection.async().scan(cursor, arguments);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedStage(RedisErrors.translate(ex));
		}
	}

	/**
	 * Return when the node removes keys, as far as it says so within a second.
	 */
	CompletionStage<EvictionPolicy> evictionPolicy() {
		return evictionPolicy(this.connection);
	}

	/**
	 * The same for a node that is not known yet.
	 */
	static CompletionStage<EvictionPolicy> evictionPolicy(StatefulRedisConnection<byte[], byte[]> connection) {
		try {
			return connection.async()
				.info("memory")
				.toCompletableFuture()
				.orTimeout(1, TimeUnit.SECONDS)
				.handle((info, failure) -> (failure != null) ? EvictionPolicy.UNKNOWN : EvictionPolicy.read(info));
		}
		catch (RuntimeException ex) {
			return CompletableFuture.completedStage(EvictionPolicy.UNKNOWN);
		}
	}

	CompletionStage<Long> publish(String channel, String message) {
		return this.connection.async()
			.publish(channel.getBytes(StandardCharsets.UTF_8), message.getBytes(StandardCharsets.UTF_8));
	}

	void close() {
		if (this.closed.compareAndSet(false, true)) {
			Connections.close(this.connection);
		}
	}

}
