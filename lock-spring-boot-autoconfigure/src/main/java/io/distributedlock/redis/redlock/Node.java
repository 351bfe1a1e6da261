package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.redis.internal.Connections;
import io.distributedlock.redis.internal.RedisErrors;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * One of the nodes: keeps connected to it, looks at it whenever it has connected, decides
 * whether it may vote, and watches over how it does.
 */
final class Node {

	private static final Log logger = LogFactory.getLog(Node.class);

	private static final String STANDALONE = "standalone";

	private static final long MIN_RECONNECT_DELAY = Duration.ofMillis(20).toNanos();

	private static final long MAX_RECONNECT_DELAY = Duration.ofSeconds(1).toNanos();

	/**
	 * Without an answer for that long, nothing is sent to the node any more.
	 */
	private static final long HUNG = Duration.ofSeconds(1).toNanos();

	/**
	 * Without an answer for that long, the connection is given up.
	 */
	private static final long DEAD = Duration.ofSeconds(5).toNanos();

	private final RedlockServer server;

	private final RedlockSettings settings;

	private final RedisClient client;

	private final RedlockTimer timer;

	private final Quarantine quarantine;

	private final NodeClock clock;

	private final Admission admission;

	private final Leftovers leftovers = new Leftovers();

	private final CompletableFuture<Void> firstAttempt = new CompletableFuture<>();

	private volatile @Nullable NodeConnection connection;

	private volatile @Nullable Throwable problem;

	/**
	 * What the node answered when it was last asked for its vote, if that was an error.
	 */
	private volatile @Nullable String refusal;

	private volatile @Nullable Run lastRun;

	private volatile @Nullable Long lostAt;

	private volatile @Nullable Duration roundTrip;

	private volatile @Nullable Long heartbeatAskedAt;

	private final AtomicBoolean warnedOfEvictions = new AtomicBoolean();

	private int failedAttempts;

	private volatile boolean closed;

	Node(RedlockServer server, RedlockSettings settings, RedisClient client, RedlockTimer timer, WallClock wallClock,
			Admission admission) {
		this.server = server;
		this.settings = settings;
		this.client = client;
		this.timer = timer;
		this.quarantine = Quarantine.of(settings);
		this.clock = new NodeClock(server.address(), wallClock, settings.maxClockSkew());
		this.admission = admission;
	}

	String address() {
		return this.server.address();
	}

	Leftovers leftovers() {
		return this.leftovers;
	}

	/**
	 * Return a stage that ends with the first attempt to connect.
	 */
	CompletionStage<Void> firstAttempt() {
		return this.firstAttempt;
	}

	/**
	 * Return the connection to the node, or null if there is none that gives answers.
	 */
	@Nullable NodeConnection connection() {
		NodeConnection current = this.connection;
		return (current != null && !current.isHung()) ? current : null;
	}

	/**
	 * Return the connection to the node if it may vote, otherwise null.
	 */
	@Nullable NodeConnection voter(long now) {
		NodeConnection current = this.connection;
		return (current != null && current.isVoting(now)) ? current : null;
	}

	/**
	 * Remember something to be taken away when the node is back. After it has been away
	 * for long enough there is nothing.
	 */
	void leave(Leftover leftover) {
		Long lost = this.lostAt;
		boolean connected = this.connection != null;
		if (connected || (lost != null && System.nanoTime() - lost < this.settings.maxTtl().toNanos())) {
			this.leftovers.add(leftover);
		}
	}

	/**
	 * Return how long to wait for the vote of the node on a lock.
	 */
	Duration timeout(Duration ttl) {
		return this.settings.nodeTimeout(this.server, ttl);
	}

	/**
	 * Take note of what became of a question for the vote of the node.
	 * @param failure what it failed with, or null
	 */
	void voted(@Nullable Throwable failure) {
		if (failure == null) {
			if (this.refusal != null) {
				this.refusal = null;
			}
		}
		else if (failure.getCause() instanceof RedisCommandExecutionException error) {
			this.refusal = String.valueOf(error.getMessage());
		}
	}

	/**
	 * Connect, and go on trying until it succeeds.
	 */
	void connect() {
		if (this.closed) {
			return;
		}
		CompletionStage<StatefulRedisConnection<byte[], byte[]>> attempt = this.client
			.connectAsync(ByteArrayCodec.INSTANCE, this.settings.uri(this.server));
		attempt.whenComplete((connected, failure) -> {
			if (failure != null) {
				failed(failure);
			}
			else {
				inspect(connected);
			}
		});
	}

	/**
	 * Look at the server behind a new connection, before anything else is asked there.
	 */
	private void inspect(StatefulRedisConnection<byte[], byte[]> connected) {
		CompletionStage<String> answer = Scripts.load(connected.async()).thenCompose((ignored) -> {
			warnOfEvictions(connected);
			return connected.async().info("server");
		}).toCompletableFuture().orTimeout(this.settings.connectTimeout(this.server).toNanos(), TimeUnit.NANOSECONDS);
		answer.thenAccept((info) -> admit(connected, properties(info))).whenComplete((ignored, failure) -> {
			if (failure != null) {
				Connections.close(connected);
				failed(failure);
			}
		});
	}

	/**
	 * Warn once if the node may remove votes to make room for other keys. A node that
	 * does not say so votes all the same.
	 */
	private void warnOfEvictions(StatefulRedisConnection<byte[], byte[]> connected) {
		NodeConnection.evictionPolicy(connected).thenAccept((policy) -> {
			List<String> warnings = policy.warnings("Redlock node " + address());
			if (!warnings.isEmpty() && this.warnedOfEvictions.compareAndSet(false, true)) {
				warnings.forEach(logger::warn);
			}
		});
	}

	private static Map<String, String> properties(String info) {
		return info.lines()
			.filter((line) -> line.indexOf(':') > 0)
			.collect(Collectors.toMap((line) -> line.substring(0, line.indexOf(':')),
					(line) -> line.substring(line.indexOf(':') + 1).trim(), (first, second) -> second));
	}

	private void admit(StatefulRedisConnection<byte[], byte[]> connected, Map<String, String> info) {
		String runId = info.getOrDefault("run_id", "");
		String mode = info.getOrDefault("redis_mode", STANDALONE);
		if (!mode.equals(STANDALONE) || runId.isEmpty()) {
			throw new InvalidLockStoreException(
					"The Redlock node %s is no standalone Redis server (redis_mode '%s', run_id '%s')."
						.formatted(address(), mode, runId),
					"Let each of 'distributed-lock.redlock.nodes' be an independent server, no part of a Cluster and no "
							+ "Sentinel.");
		}
		Duration uptime = Duration.ofSeconds(Long.parseLong(info.getOrDefault("uptime_in_seconds", "0")));
		this.admission.admit(this, runId);
		long now = System.nanoTime();
		Run run = run(runId, uptime, now);
		NodeConnection admitted = new NodeConnection(this, connected, run.votesFrom());
		connected.addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
				lost(admitted);
			}

		});
		this.lastRun = run;
		this.failedAttempts = 0;
		this.problem = null;
		this.refusal = null;
		this.heartbeatAskedAt = null;
		this.leftovers.clear(admitted);
		this.connection = admitted;
		if (!connected.isOpen()) {
			lost(admitted);
			return;
		}
		logger.debug("Connected to Redlock node %s".formatted(address()));
		if (admitted.quarantine(now) > 0) {
			logger.info("Redlock node %s does not vote for %d s: it may have lost locks in a restart"
				.formatted(address(), Duration.ofNanos(admitted.quarantine(now)).toSeconds()));
		}
		heartbeat(true);
		this.firstAttempt.complete(null);
		this.admission.admitted(this);
	}

	/**
	 * Return the run of the server that is connected now: the same as before, or another
	 * one, which may know nothing of the locks it has voted for.
	 */
	private Run run(String runId, Duration uptime, long now) {
		Run last = this.lastRun;
		if (last != null && last.id().equals(runId)) {
			return last;
		}
		Long lost = this.lostAt;
		Duration away = (last != null && lost != null) ? Duration.ofNanos(now - lost) : null;
		return new Run(runId, now + this.quarantine.remaining(uptime, away).toNanos());
	}

	private void lost(NodeConnection broken) {
		synchronized (this) {
			if (!broken.equals(this.connection)) {
				return;
			}
			this.connection = null;
			this.lostAt = System.nanoTime();
		}
		if (!this.closed) {
			broken.close();
			this.admission.withdraw(this);
			logger.debug("Lost the connection to Redlock node %s".formatted(address()));
			this.problem = null;
			this.timer.schedule(this::connect, MIN_RECONNECT_DELAY);
		}
	}

	private void failed(Throwable failure) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		this.problem = cause;
		if (this.closed) {
			return;
		}
		logger.debug("Could not connect to Redlock node %s, trying again".formatted(address()), cause);
		long delay = Math.min(MIN_RECONNECT_DELAY << Math.min(this.failedAttempts++, 16), MAX_RECONNECT_DELAY);
		this.timer.schedule(this::connect, delay / 2 + ThreadLocalRandom.current().nextLong(delay / 2));
		this.firstAttempt.completeExceptionally(RedisErrors.notConnected(cause));
	}

	/**
	 * Ask the node for its time, once every second.
	 * @param onTime whether this is called when it should be; if not, this JVM has stood
	 * still, and nothing can be said about the node
	 */
	void heartbeat(boolean onTime) {
		NodeConnection current = this.connection;
		if (current == null) {
			return;
		}
		long now = System.nanoTime();
		Long asked = this.heartbeatAskedAt;
		if (asked == null) {
			ask(current, now);
		}
		else if (onTime && now - asked >= DEAD) {
			logger.debug("Redlock node %s gives no answer, connecting anew".formatted(address()));
			current.close();
		}
		else if (onTime && now - asked >= HUNG) {
			current.hung(true);
		}
	}

	private void ask(NodeConnection current, long askedAt) {
		this.heartbeatAskedAt = askedAt;
		NodeClock.Comparison comparison = this.clock.compare();
		current.time().whenComplete((time, failure) -> {
			// An error is an answer, too
			boolean answered = failure == null || failure instanceof RedisCommandExecutionException;
			if (answered && current.equals(this.connection)) {
				this.roundTrip = Duration.ofNanos(System.nanoTime() - askedAt);
				this.heartbeatAskedAt = null;
				current.hung(false);
				if (failure == null) {
					comparison.end(time);
				}
				if (this.leftovers.size() > 0) {
					this.leftovers.clear(current);
				}
			}
		});
	}

	/**
	 * Return what is known of the node.
	 */
	RedlockNode snapshot() {
		NodeConnection current = this.connection;
		long now = System.nanoTime();
		if (current == null) {
			Throwable failure = this.problem;
			return snapshot(RedlockNode.State.DOWN, 0,
					(failure != null) ? String.valueOf(failure.getMessage()) : "not connected");
		}
		if (current.isHung()) {
			return snapshot(RedlockNode.State.DOWN, 0, "no answer");
		}
		long quarantine = current.quarantine(now);
		if (quarantine > 0) {
			return snapshot(RedlockNode.State.QUARANTINED, quarantine,
					"restarted, votes in %d s".formatted(Duration.ofNanos(quarantine).toSeconds() + 1));
		}
		String refused = this.refusal;
		if (refused != null) {
			return snapshot(RedlockNode.State.DOWN, 0, "refuses to vote: " + refused);
		}
		return isSlow(now) ? snapshot(RedlockNode.State.SLOW, 0, "slow") : snapshot(RedlockNode.State.UP, 0, null);
	}

	private boolean isSlow(long now) {
		Duration tooLong = timeout(this.settings.maxTtl());
		Duration latest = this.roundTrip;
		Long asked = this.heartbeatAskedAt;
		return (latest != null && latest.compareTo(tooLong) > 0) || (asked != null && now - asked > tooLong.toNanos());
	}

	private RedlockNode snapshot(RedlockNode.State state, long quarantine, @Nullable String why) {
		return new RedlockNode(address(), state, this.roundTrip, this.clock.skew(), Duration.ofNanos(quarantine), why);
	}

	/**
	 * Close the node.
	 * @return a stage that ends when that is done
	 */
	CompletionStage<Void> close() {
		this.closed = true;
		return this.client.shutdownAsync(0, 1, TimeUnit.SECONDS);
	}

	@Override
	public String toString() {
		return address();
	}

	/**
	 * A run of the server, from its start to its end.
	 *
	 * @param id what tells it from all others
	 * @param votesFrom from when it may vote, in terms of {@link System#nanoTime()}
	 */
	private record Run(String id, long votesFrom) {

	}

	/**
	 * Decides whether a node may take part.
	 */
	interface Admission {

		/**
		 * Let a node take part, or throw an exception.
		 * @param runId what tells the run of its server from all others
		 */
		void admit(Node node, String runId);

		/**
		 * A node takes part.
		 */
		void admitted(Node node);

		/**
		 * A node does not take part any more.
		 */
		void withdraw(Node node);

	}

}
