package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.internal.EvictionPolicy;
import io.distributedlock.redis.internal.RedisErrors;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockState;
import io.distributedlock.store.RenewReply;
import io.distributedlock.store.StoreStatus;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One run of the store, from start to stop: the nodes, and what is asked of them.
 */
final class Redlock implements Node.Admission {

	private static final Log logger = LogFactory.getLog(Redlock.class);

	private static final long HEARTBEAT = Duration.ofSeconds(1).toNanos();

	/**
	 * How long releases and renewals wait for nodes: nobody needs the answer soon.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private static final int MIN_PURGE_SIZE = 1024;

	/**
	 * How long to wait at the start for nodes when a majority is there.
	 */
	private static final Duration START_DELAY = Duration.ofMillis(500);

	private final RedlockSettings settings;

	private final WallClock wallClock;

	private final FencingTokens fencingTokens;

	private final GrantListener listener;

	private final Scripts scripts;

	private final RedlockTimer timer = new RedlockTimer();

	private final ClientResources resources = ClientResources.create();

	private final List<Node> nodes = new ArrayList<>();

	private final List<HintSubscription> hints = new ArrayList<>();

	private final ConcurrentMap<String, Acquisition> acquisitions = new ConcurrentHashMap<>();

	private final ConcurrentMap<String, Node> byRunId = new ConcurrentHashMap<>();

	private volatile int purgeSize = MIN_PURGE_SIZE;

	private final CompletableFuture<Void> started = new CompletableFuture<>();

	Redlock(List<RedlockServer> servers, RedlockSettings settings, WallClock wallClock, String instance,
			GrantListener listener) {
		this.settings = settings;
		this.wallClock = wallClock;
		this.fencingTokens = new FencingTokens(wallClock);
		this.listener = listener;
		this.scripts = new Scripts(settings);
		for (RedlockServer server : servers) {
			add(server, this.scripts.channel(instance));
		}
	}

	private void add(RedlockServer server, String channel) {
		RedisClient client = RedisClient.create(this.resources);
		client.setOptions(ClientOptions.builder()
			.autoReconnect(false)
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.socketOptions(SocketOptions.builder().connectTimeout(this.settings.connectTimeout(server)).build())
			.sslOptions(server.sslOptions())
			// Whoever asks a node has a time-out of its own, and an answer that comes
			// later tells that the node is there again
			.timeoutOptions(TimeoutOptions.create())
			.build());
		Node node = new Node(server, this.settings, client, this.timer, this.wallClock, this);
		int number = this.nodes.size();
		this.nodes.add(node);
		RedisURI uri = this.settings.uri(server);
		this.hints.add(new HintSubscription(node, client, uri, this.timer, channel, new HintSubscription.Listener() {

			@Override
			public void hinted(String owner, long latestToken) {
				Acquisition acquisition = Redlock.this.acquisitions.get(owner);
				if (acquisition != null) {
					acquisition.hinted(number, latestToken);
				}
			}

			@Override
			public void revoked(String owner) {
				Redlock.this.listener.revoked(owner);
			}

			@Override
			public void opened() {
				Redlock.this.listener.missed();
			}

		}));
	}

	/**
	 * Connect to all nodes.
	 * @return a stage that ends when all that can be reached are there
	 */
	CompletionStage<Void> start() {
		this.nodes.forEach(Node::connect);
		this.timer.schedule(() -> heartbeat(System.nanoTime() + HEARTBEAT), HEARTBEAT);
		List<CompletableFuture<Void>> attempts = this.nodes.stream()
			.map((node) -> node.firstAttempt().toCompletableFuture())
			.toList();
		CompletionStage<Void> all = CompletableFuture.allOf(attempts.toArray(CompletableFuture[]::new));
		all.whenComplete((ignored, failure) -> endStart(attempts));
		return this.started;
	}

	private void endStart(List<CompletableFuture<Void>> attempts) {
		InvalidLockStoreException invalid = attempts.stream()
			.filter(CompletableFuture::isCompletedExceptionally)
			.map((attempt) -> attempt.handle((ignored, failure) -> failure).join())
			.map(RedisErrors::unwrap)
			.filter(InvalidLockStoreException.class::isInstance)
			.map(InvalidLockStoreException.class::cast)
			.findFirst()
			.orElse(null);
		if (invalid != null) {
			this.started.completeExceptionally(invalid);
		}
		else if (connected().size() < majority()) {
			this.started.completeExceptionally(quorumNotReached(connected().size(), "connected", Map.of()));
		}
		else {
			this.started.complete(null);
		}
	}

	private void heartbeat(long planned) {
		long now = System.nanoTime();
		this.nodes.forEach((node) -> node.heartbeat(now - planned < HEARTBEAT / 10));
		this.timer.schedule(() -> heartbeat(System.nanoTime() + HEARTBEAT), HEARTBEAT);
	}

	@Override
	public void admit(Node node, String runId) {
		Node other = this.byRunId.putIfAbsent(runId, node);
		if (other != null && !other.equals(node)) {
			throw new InvalidLockStoreException(
					"The Redlock nodes %s and %s are the same Redis server, whose vote would count twice.".formatted(
							other, node),
					"Let each of 'distributed-lock.redlock.nodes' be a server of its own.");
		}
	}

	@Override
	public void admitted(Node node) {
		// A majority is enough to begin with; the others have a moment to join
		if (!this.started.isDone() && connected().size() >= majority()) {
			this.timer.schedule(() -> this.started.complete(null), START_DELAY.toNanos());
		}
	}

	@Override
	public void withdraw(Node node) {
		this.byRunId.values().removeIf(node::equals);
		this.hints.get(this.nodes.indexOf(node)).lost();
	}

	RedlockSettings settings() {
		return this.settings;
	}

	FencingTokens fencingTokens() {
		return this.fencingTokens;
	}

	GrantListener listener() {
		return this.listener;
	}

	Scripts scripts() {
		return this.scripts;
	}

	RedlockTimer timer() {
		return this.timer;
	}

	int majority() {
		return this.nodes.size() / 2 + 1;
	}

	/**
	 * Return whether there cannot be a majority without so many nodes.
	 */
	boolean isQuorumImpossibleWithout(int count) {
		return this.nodes.size() - count < majority();
	}

	/**
	 * Return how many nodes there are.
	 */
	int size() {
		return this.nodes.size();
	}

	/**
	 * Return the number of the node that has a connection, from 0.
	 */
	int numberOf(NodeConnection connection) {
		return this.nodes.indexOf(connection.node());
	}

	/**
	 * Return a node if it may vote now, otherwise null.
	 */
	@Nullable NodeConnection voter(int number) {
		return this.nodes.get(number).voter(System.nanoTime());
	}

	/**
	 * Return the nodes that may vote now.
	 */
	List<NodeConnection> voters() {
		long now = System.nanoTime();
		List<NodeConnection> voters = new ArrayList<>(this.nodes.size());
		for (Node node : this.nodes) {
			NodeConnection voter = node.voter(now);
			if (voter != null) {
				voters.add(voter);
			}
		}
		return voters;
	}

	private List<NodeConnection> connected() {
		return this.nodes.stream().map(Node::connection).filter(Objects::nonNull).toList();
	}

	CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		LockStoreException refused = refuse(List.of(request));
		if (refused != null) {
			return CompletableFuture.failedStage(refused);
		}
		boolean listening = enqueue && isListening();
		Acquisition acquisition = this.acquisitions.compute(request.owner(),
				(owner, known) -> (known != null && known.isFor(request)) ? known : new Acquisition(this, request));
		CompletionStage<AcquireReply> answer = acquisition.ask(request, listening);
		if (enqueue && !listening) {
			return answer.whenComplete((reply, failure) -> {
				if (reply instanceof AcquireReply.Busy) {
					listen();
				}
			});
		}
		return answer;
	}

	void listen() {
		this.hints.forEach(HintSubscription::open);
	}

	void verifyListening() {
		this.hints.forEach(HintSubscription::verify);
	}

	/**
	 * Return whether enough nodes tell this instance of its turns.
	 */
	private boolean isListening() {
		int active = 0;
		for (HintSubscription hint : this.hints) {
			active += hint.isActive() ? 1 : 0;
		}
		return active >= majority();
	}

	CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		List<CompletableFuture<AcquireReply>> answers = requests.stream()
			.map((request) -> acquire(request, true).exceptionally(Redlock::failed).toCompletableFuture())
			.toList();
		return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
			.thenApply((ignored) -> answers.stream().map(CompletableFuture::join).toList());
	}

	private static AcquireReply failed(Throwable failure) {
		return new AcquireReply.Failed(RedisErrors.translate(RedisErrors.unwrap(failure)));
	}

	CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		LockStoreException refused = refuse(requests);
		if (refused != null) {
			return CompletableFuture.failedStage(refused);
		}
		for (LeaseRequest request : requests) {
			Acquisition acquisition = this.acquisitions.get(request.owner());
			if (acquisition != null) {
				acquisition.used();
			}
		}
		Renewal renewal = new Renewal(this, requests, voters());
		Duration shortest = requests.stream().map(LeaseRequest::ttl).min(Duration::compareTo).orElse(PATIENCE);
		renewal.ask(patience(shortest), this.scripts.renew(requests, this::grantedToken));
		return renewal.result();
	}

	private @Nullable Long grantedToken(LeaseRequest lease) {
		Acquisition acquisition = this.acquisitions.get(lease.owner());
		return (acquisition != null && acquisition.isFor(lease)) ? acquisition.grantedToken() : null;
	}

	/**
	 * Put a lock on a node that lacks it, unless its owner has given it back.
	 */
	void restore(LeaseRequest lease, NodeConnection voter) {
		Acquisition acquisition = this.acquisitions.get(lease.owner());
		if (acquisition != null && acquisition.isFor(lease)) {
			acquisition.restore(lease, voter);
		}
	}

	CompletionStage<Boolean> release(LeaseRequest request) {
		Acquisition acquisition = this.acquisitions.get(request.owner());
		if (acquisition != null && acquisition.isFor(request)) {
			acquisition.end();
			forget(acquisition);
		}
		Leftover leftover = this.scripts.release(request);
		List<NodeConnection> connected = new ArrayList<>(this.nodes.size());
		for (Node node : this.nodes) {
			NodeConnection connection = node.connection();
			if (connection != null) {
				connected.add(connection);
			}
			else {
				node.leave(leftover);
			}
		}
		Release release = new Release(this, connected);
		release.ask(patience(request.ttl()), (node) -> node.take(leftover));
		return release.result();
	}

	CompletionStage<LockState> inspect(String key) {
		return inspect(new Inspection(this, key, voters(), false), this.scripts.inspect(key));
	}

	CompletionStage<LockState> inspect(Inspection inspection,
			Function<NodeConnection, CompletionStage<LockState>> question) {
		inspection.ask(PATIENCE.toNanos(), question);
		return inspection.result();
	}

	/**
	 * Release a lock on behalf of whoever holds it on a majority, and tell the instance
	 * of that holder.
	 */
	CompletionStage<LockState> forceRelease(String key) {
		return inspect(key).thenCompose((state) -> {
			String holder = state.holder();
			if (holder == null) {
				return CompletableFuture.completedStage(state);
			}
			return release(new LeaseRequest(key, holder, this.settings.maxTtl())).thenApply((released) -> {
				revoke(holder);
				return state;
			});
		});
	}

	/**
	 * Return what is known of the nodes, with what those that are connected say.
	 */
	CompletionStage<StoreStatus> status() {
		List<CompletableFuture<EvictionPolicy>> policies = this.nodes.stream()
			.map((node) -> evictionPolicy(node).toCompletableFuture())
			.toList();
		return CompletableFuture.allOf(policies.toArray(CompletableFuture[]::new))
			.thenApply((ignored) -> new QuorumStatus(nodes(), majority(), this.settings.maxClockSkew(),
					policies.stream().map(CompletableFuture::join).toList())
				.toStoreStatus());
	}

	private static CompletionStage<EvictionPolicy> evictionPolicy(Node node) {
		NodeConnection connection = node.connection();
		CompletionStage<EvictionPolicy> unknown = CompletableFuture.completedStage(EvictionPolicy.UNKNOWN);
		return (connection != null) ? connection.evictionPolicy() : unknown;
	}

	private void revoke(String holder) {
		int end = holder.lastIndexOf('#');
		if (end > 0) {
			String channel = this.scripts.channel(holder.substring(0, end));
			connected()
				.forEach((node) -> node.publish(channel, HintSubscription.REVOKED + holder).exceptionally((failure) -> {
					logger.debug("Could not tell '%s' on a Redlock node".formatted(channel), failure);
					return 0L;
				}));
		}
	}

	private static long patience(Duration ttl) {
		Duration sixth = ttl.dividedBy(6);
		return ((sixth.compareTo(PATIENCE) < 0) ? sixth : PATIENCE).toNanos();
	}

	/**
	 * Return why leases cannot be given, or null if they can.
	 */
	private @Nullable LockStoreException refuse(List<LeaseRequest> requests) {
		for (LeaseRequest request : requests) {
			if (request.ttl().compareTo(this.settings.maxTtl()) > 0) {
				return new LockStoreException(("The time to live of lock '%s', %s, is above "
						+ "'distributed-lock.redlock.max-ttl', %s: a node that restarts would vote before the lock has "
						+ "run out. Raise that property or lower the time to live.")
					.formatted(request.key(), request.ttl(), this.settings.maxTtl()), null);
			}
		}
		return null;
	}

	/**
	 * A lock was granted. It is remembered until the owner gives it back; now and then
	 * those are forgotten that have run out.
	 */
	void granted() {
		if (this.acquisitions.size() > this.purgeSize) {
			long now = System.nanoTime();
			this.acquisitions.values().removeIf((each) -> each.isForgotten(now));
			this.purgeSize = Math.max(2 * this.acquisitions.size(), MIN_PURGE_SIZE);
		}
	}

	/**
	 * An acquisition has come to nothing, or to its end.
	 */
	void forget(Acquisition acquisition) {
		this.acquisitions.remove(acquisition.request().owner(), acquisition);
	}

	LockStoreUnavailableException quorumNotReached(Poll<?> poll) {
		Map<Node, String> reasons = new HashMap<>();
		for (int i = 0; i < poll.size(); i++) {
			Throwable failure = poll.failure(i);
			if (failure != null) {
				reasons.put(poll.voter(i).node(), String.valueOf(failure.getMessage()));
			}
			else {
				reasons.put(poll.voter(i).node(), (poll.vote(i) != null) ? "" : "no answer in time");
			}
		}
		return quorumNotReached(poll.answers(), "answered", reasons);
	}

	/**
	 * Say why there is no majority.
	 * @param asked what went wrong with the nodes that were asked
	 */
	private LockStoreUnavailableException quorumNotReached(int count, String did, Map<Node, String> asked) {
		String reasons = this.nodes.stream()
			.map((node) -> reason(node, asked.get(node)))
			.filter((reason) -> !reason.isEmpty())
			.collect(Collectors.joining(", "));
		return new LockStoreUnavailableException("quorum not reached, %d of %d nodes %s and %d are needed (%s)"
			.formatted(count, this.nodes.size(), did, majority(), reasons), null);
	}

	private static String reason(Node node, @Nullable String asked) {
		String reason = (asked != null) ? asked : node.snapshot().problem();
		return (reason == null || reason.isEmpty()) ? "" : "%s: %s".formatted(node, reason);
	}

	List<RedlockNode> nodes() {
		return this.nodes.stream().map(Node::snapshot).toList();
	}

	void stop() {
		this.hints.forEach(HintSubscription::close);
		this.timer.stop();
		CompletableFuture<?>[] closed = this.nodes.stream()
			.map((node) -> node.close().toCompletableFuture())
			.toArray(CompletableFuture[]::new);
		try {
			CompletableFuture.allOf(closed).get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			logger.debug("Not all Redlock nodes were closed properly", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.resources.shutdown(0, PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
			.awaitUninterruptibly(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
	}

}
