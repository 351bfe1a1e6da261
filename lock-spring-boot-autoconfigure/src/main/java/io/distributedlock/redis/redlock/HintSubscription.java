package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.distributedlock.redis.internal.Connections;
import io.distributedlock.redis.internal.RedisErrors;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * Listens for the hints of one node to the waiters of this instance. Connects when that
 * is first needed, and from then on again and again.
 * <p>
 * A hint is {@code <last fencing token> <owner token>}; {@code revoked <owner token>}
 * tells that somebody has taken a lock by force.
 */
final class HintSubscription {

	private enum State {

		IDLE, OPENING, OPEN, FORBIDDEN, CLOSED

	}

	private static final Log logger = LogFactory.getLog(HintSubscription.class);

	static final String REVOKED = "revoked ";

	private static final long RETRY_DELAY = Duration.ofMillis(200).toNanos();

	private static final long MIN_VERIFY_INTERVAL = Duration.ofSeconds(1).toNanos();

	private final Node node;

	private final RedisClient client;

	private final RedisURI uri;

	private final RedlockTimer timer;

	private final String channel;

	private final Listener listener;

	private State state = State.IDLE;

	private @Nullable StatefulRedisPubSubConnection<String, String> connection;

	private @Nullable Long verifiedAt;

	HintSubscription(Node node, RedisClient client, RedisURI uri, RedlockTimer timer, String channel,
			Listener listener) {
		this.node = node;
		this.client = client;
		this.uri = uri;
		this.timer = timer;
		this.channel = channel;
		this.listener = listener;
	}

	/**
	 * Return whether hints arrive at present.
	 */
	synchronized boolean isActive() {
		return this.state == State.OPEN;
	}

	private synchronized boolean isClosed() {
		return this.state == State.CLOSED;
	}

	/**
	 * Open in the background, unless that was done or is not possible.
	 */
	void open() {
		if (change(State.IDLE, State.OPENING)) {
			connect();
		}
	}

	private synchronized boolean change(State from, State to) {
		boolean possible = this.state == from;
		if (possible) {
			this.state = to;
		}
		return possible;
	}

	private void connect() {
		if (this.node.connection() == null) {
			// Spares a node that is not there yet, and this machine, an attempt in vain
			this.timer.schedule(this::connectAgain, RETRY_DELAY);
			return;
		}
		CompletionStage<StatefulRedisPubSubConnection<String, String>> attempt = this.client
			.connectPubSubAsync(StringCodec.UTF8, this.uri);
		attempt.whenComplete((connected, failure) -> {
			if (failure != null) {
				failed(failure);
			}
			else {
				subscribe(connected);
			}
		});
	}

	private void subscribe(StatefulRedisPubSubConnection<String, String> connected) {
		synchronized (this) {
			this.connection = connected;
		}
		connected.addListener(new Messages());
		connected.addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
				if (isCurrent(connected)) {
					lost();
				}
			}

		});
		CompletionStage<Long> subscribed = connected.async()
			.subscribe(this.channel)
			.thenCompose((ignored) -> probe())
			.toCompletableFuture()
			.orTimeout(this.uri.getTimeout().toNanos(), TimeUnit.NANOSECONDS);
		subscribed.whenComplete((ignored, failure) -> {
			if (failure != null) {
				failed(failure);
			}
			else if (change(State.OPENING, State.OPEN)) {
				this.listener.opened();
				if (!connected.isOpen()) {
					lost();
				}
			}
		});
	}

	private synchronized boolean isCurrent(StatefulRedisPubSubConnection<String, String> candidate) {
		return candidate.equals(this.connection);
	}

	/**
	 * Publish something, as the scripts do.
	 */
	private CompletionStage<Long> probe() {
		NodeConnection current = this.node.connection();
		return (current != null) ? current.publish(this.channel, "")
				: CompletableFuture.failedStage(new IllegalStateException("Not connected"));
	}

	/**
	 * Connect anew: the node is gone, even if this connection does not know it yet.
	 */
	void lost() {
		if (change(State.OPEN, State.OPENING)) {
			closeConnection();
			this.timer.schedule(this::connectAgain, RETRY_DELAY);
		}
	}

	/**
	 * See whether the connection is alive. The node may have forgotten it without a word,
	 * and who only listens never learns of that.
	 */
	void verify() {
		StatefulRedisPubSubConnection<String, String> verified = toBeVerified(System.nanoTime());
		if (verified == null) {
			return;
		}
		// Needs no further permission
		CompletionStage<Void> answer = verified.async()
			.subscribe(this.channel)
			.toCompletableFuture()
			.orTimeout(this.uri.getTimeout().toNanos(), TimeUnit.NANOSECONDS);
		answer.whenComplete((ignored, failure) -> {
			// An error is an answer, too
			boolean answered = failure == null || failure instanceof RedisCommandExecutionException;
			if (!answered && isCurrent(verified)) {
				lost();
			}
		});
	}

	private synchronized @Nullable StatefulRedisPubSubConnection<String, String> toBeVerified(long now) {
		Long last = this.verifiedAt;
		if (this.state != State.OPEN || (last != null && now - last < MIN_VERIFY_INTERVAL)) {
			return null;
		}
		this.verifiedAt = now;
		return this.connection;
	}

	private void failed(Throwable failure) {
		if (isClosed()) {
			return;
		}
		closeConnection();
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		if (!RedisErrors.isForbidden(cause)) {
			logger.debug("Could not subscribe on Redlock node %s, trying again".formatted(this.node), cause);
			this.timer.schedule(this::connectAgain, RETRY_DELAY);
		}
		else if (change(State.OPENING, State.FORBIDDEN)) {
			logger.warn(("Redlock node %s does not tell waiters when a lock is free, which makes them slower, because "
					+ "it refused: %s. Allow the Redis user to SUBSCRIBE and PUBLISH on '%s'.")
				.formatted(this.node, cause.getMessage(), this.channel));
		}
	}

	private void connectAgain() {
		synchronized (this) {
			if (this.state != State.OPENING) {
				return;
			}
		}
		connect();
	}

	/**
	 * Go no further. The connection is closed with its client.
	 */
	synchronized void close() {
		this.state = State.CLOSED;
	}

	private void closeConnection() {
		StatefulRedisPubSubConnection<String, String> current;
		synchronized (this) {
			current = this.connection;
			this.connection = null;
		}
		if (current != null) {
			Connections.close(current);
		}
	}

	/**
	 * Is told of hints.
	 */
	interface Listener {

		/**
		 * It is the turn of an owner on this node.
		 * @param latestToken the last fencing token this node has voted for
		 */
		void hinted(String owner, long latestToken);

		/**
		 * A lock was taken from its owner by force.
		 */
		void revoked(String owner);

		/**
		 * Hints arrive from now on; some may have been missed.
		 */
		void opened();

	}

	/**
	 * Reads the messages of the connection.
	 */
	private final class Messages extends RedisPubSubAdapter<String, String> {

		@Override
		public void message(String from, String message) {
			int space = message.indexOf(' ');
			if (message.startsWith(REVOKED)) {
				HintSubscription.this.listener.revoked(message.substring(REVOKED.length()));
			}
			else if (space > 0) {
				HintSubscription.this.listener.hinted(message.substring(space + 1),
						Long.parseLong(message, 0, space, 10));
			}
		}

	}

}
