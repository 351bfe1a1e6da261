package io.distributedlock.redis;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.distributedlock.redis.internal.RedisErrors;
import io.distributedlock.store.GrantListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * Listens for the grants of this instance on its one channel, whatever the number of
 * locks. Connects when it is first needed: an instance that never waits has no such
 * connection.
 * <p>
 * A grant is {@code <first fencing token> <owner token>}; {@code revoked <owner token>}
 * tells that somebody has taken a lock by force.
 */
final class GrantSubscription {

	private enum State {

		IDLE, OPENING, OPEN, FORBIDDEN, CLOSED

	}

	private static final Log logger = LogFactory.getLog(GrantSubscription.class);

	private static final String REVOKED = "revoked ";

	private static final long RETRY_DELAY = Duration.ofSeconds(1).toNanos();

	/**
	 * How long to wait for nodes before the others are enough.
	 */
	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final long MIN_VERIFY_INTERVAL = Duration.ofSeconds(1).toNanos();

	private final Supplier<PubSubNodes> connector;

	private final String channel;

	private final GrantListener listener;

	private final Messages messages = new Messages();

	private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

	private final Set<StatefulRedisPubSubConnection<String, String>> subscribed = ConcurrentHashMap.newKeySet();

	private volatile @Nullable PubSubNodes nodes;

	private volatile @Nullable Long failedAt;

	private volatile @Nullable Long verifiedAt;

	/**
	 * Create a subscription, not open.
	 * @param connector returns the nodes; may block
	 * @param channel the name of the channel of this instance
	 * @param listener is told of the grants
	 */
	GrantSubscription(Supplier<PubSubNodes> connector, String channel, GrantListener listener) {
		this.connector = connector;
		this.channel = channel;
		this.listener = listener;
	}

	/**
	 * Return whether grants arrive at present.
	 */
	boolean isActive() {
		return this.state.get() == State.OPEN && isSubscribed();
	}

	private boolean isSubscribed() {
		return this.subscribed.stream().anyMatch(StatefulRedisPubSubConnection::isOpen);
	}

	/**
	 * Open in the background, unless that was done or is not possible.
	 */
	void open() {
		Long failed = this.failedAt;
		boolean wait = failed != null && System.nanoTime() - failed < RETRY_DELAY;
		if (!wait && this.state.compareAndSet(State.IDLE, State.OPENING)) {
			Thread thread = new Thread(this::connect, "distributed-lock-subscribe");
			thread.setDaemon(true);
			thread.start();
		}
	}

	/**
	 * Leave the nodes that it listens to, if it does, and connect again. Blocks.
	 */
	void openAgain() {
		if (this.state.compareAndSet(State.OPEN, State.OPENING)) {
			closeNodes();
			connect();
		}
	}

	/**
	 * See whether the connections are alive, and subscribe on nodes that could not be
	 * reached before. Redis may have forgotten connections without a word, and who only
	 * listens never learns of that.
	 */
	void verify() {
		Long verified = this.verifiedAt;
		long now = System.nanoTime();
		if (verified == null || now - verified >= MIN_VERIFY_INTERVAL) {
			this.verifiedAt = now;
			// An error is an answer, too. Without any, SilenceHandler closes the
			// connection
			this.subscribed.forEach((connection) -> connection.async()
				.ping()
				.whenComplete((pong, failure) -> logger.trace("Alive: " + connection, failure)));
			PubSubNodes connected = this.nodes;
			if (connected != null && this.state.get() == State.OPEN) {
				CompletionStage<PubSubNodes> open = CompletableFuture.completedStage(connected);
				open.thenCompose(this::subscribe)
					.whenComplete((ignored, failure) -> logger.trace("Subscribed: " + this.subscribed, failure));
			}
		}
	}

	private void connect() {
		try {
			PubSubNodes connected = this.connector.get();
			this.nodes = connected;
			connected.onChange(this::subscribeToNewNodes);
			subscribe(connected).toCompletableFuture().get();
			if (this.state.compareAndSet(State.OPENING, State.OPEN)) {
				this.listener.missed();
			}
			else {
				closeNodes();
			}
		}
		catch (RuntimeException | ExecutionException ex) {
			failed(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			failed(ex);
		}
	}

	private void failed(Exception failure) {
		closeNodes();
		this.failedAt = System.nanoTime();
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		if (!RedisErrors.isForbidden(cause)) {
			logger.debug("Could not subscribe to '%s', trying again later".formatted(this.channel), cause);
			this.state.compareAndSet(State.OPENING, State.IDLE);
		}
		else if (this.state.compareAndSet(State.OPENING, State.FORBIDDEN)) {
			logger
				.warn(("Waiters poll for their locks, which is slower and costs more commands, and holders learn of a "
						+ "forced release only when they renew, because Redis refused: %s. Allow the Redis user to SUBSCRIBE and PUBLISH on '%s'.")
					.formatted(cause.getMessage(), this.channel));
		}
	}

	/**
	 * Subscribe on all nodes on which that has not been done. Those that cannot be
	 * reached now are left out; it is enough if one can. One that can be reached later is
	 * still subscribed then.
	 */
	private CompletionStage<Void> subscribe(PubSubNodes all) {
		CompletableFuture<?>[] each = all.connections()
			.stream()
			.map((connection) -> connection.thenCompose(this::subscribe)
				.toCompletableFuture()
				.copy()
				.orTimeout(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS))
			.toArray(CompletableFuture[]::new);
		CompletableFuture<Void> complete = CompletableFuture.allOf(each);
		return complete
			.exceptionallyCompose((failure) -> isSubscribed() ? CompletableFuture.completedStage(null) : complete);
	}

	/**
	 * Subscribe, if it is allowed to publish there, too, as the scripts do.
	 */
	private CompletionStage<Void> subscribe(StatefulRedisPubSubConnection<String, String> connection) {
		if (this.subscribed.contains(connection)) {
			return CompletableFuture.completedStage(null);
		}
		// Once only, if an earlier attempt has failed
		connection.removeListener(this.messages);
		connection.addListener(this.messages);
		return connection.async()
			.publish(this.channel, "")
			.exceptionallyCompose((failure) -> RedisErrors.isForbidden(failure) ? CompletableFuture.failedStage(failure)
					: CompletableFuture.completedStage(0L))
			.thenCompose((receivers) -> connection.async().subscribe(this.channel))
			.thenRun(() -> this.subscribed.add(connection));
	}

	private void subscribeToNewNodes() {
		PubSubNodes connected = this.nodes;
		if (connected != null && this.state.get() != State.CLOSED) {
			this.subscribed.removeIf((connection) -> !connection.isOpen());
			subscribe(connected).whenComplete((ignored, failure) -> this.listener.missed());
		}
	}

	void close() {
		this.state.set(State.CLOSED);
		closeNodes();
	}

	private void closeNodes() {
		PubSubNodes connected = this.nodes;
		this.nodes = null;
		this.subscribed.clear();
		if (connected != null) {
			connected.close();
		}
	}

	/**
	 * Reads what arrives on a connection. It is called again for the subscription after
	 * each reconnection.
	 */
	private final class Messages extends RedisPubSubAdapter<String, String> {

		@Override
		public void message(String from, String message) {
			int space = message.indexOf(' ');
			if (message.startsWith(REVOKED)) {
				GrantSubscription.this.listener.revoked(message.substring(REVOKED.length()));
			}
			else if (space > 0) {
				GrantSubscription.this.listener.granted(message.substring(space + 1),
						Long.parseLong(message, 0, space, 10));
			}
		}

		@Override
		public void subscribed(String to, long count) {
			if (GrantSubscription.this.state.get() == State.OPEN) {
				GrantSubscription.this.listener.missed();
			}
		}

	}

}
