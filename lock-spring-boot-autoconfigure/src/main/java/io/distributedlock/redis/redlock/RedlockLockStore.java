package io.distributedlock.redis.redlock;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import io.distributedlock.store.StoreStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Keeps locks on a quorum of independent Redis nodes, as the <a href=
 * "https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/">Redlock
 * description in the Redis documentation</a> has it: who has the votes of a majority
 * holds the lock, so it survives the loss of a minority.
 * <p>
 * On each node a lock is a plain string with an expiry,
 * {@code SET <key> <owner> NX PX <ttl>}: programs in other languages that follow the
 * description on the same nodes and key exclude us and are excluded.
 *
 * @since 1.0
 */
public final class RedlockLockStore implements LockStore {

	private final List<RedlockServer> servers;

	private final RedlockSettings settings;

	private final WallClock wallClock;

	private volatile @Nullable Redlock running;

	/**
	 * Create a store.
	 * @param servers the nodes: an odd number, at least three, each independent of all
	 * others
	 * @param settings the settings
	 */
	public RedlockLockStore(List<RedlockServer> servers, RedlockSettings settings) {
		this(servers, settings, WallClock.system());
	}

	RedlockLockStore(List<RedlockServer> servers, RedlockSettings settings, WallClock wallClock) {
		Assert.isTrue(servers.size() >= 3 && servers.size() % 2 != 0,
				"'servers' must be an odd number, at least three");
		Set<String> addresses = new HashSet<>();
		for (RedlockServer server : servers) {
			Assert.isTrue(addresses.add(server.address()), () -> "'servers' contains %s twice".formatted(server));
		}
		this.servers = List.copyOf(servers);
		this.settings = settings;
		this.wallClock = wallClock;
	}

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		return running().acquire(request, enqueue);
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		return running().recheck(requests);
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		return running().renew(requests);
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		return running().release(request);
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		return running().inspect(key);
	}

	@Override
	public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
		return new RedlockScan(running()).page(cursor, size);
	}

	@Override
	public CompletionStage<LockState> forceRelease(String key) {
		return running().forceRelease(key);
	}

	@Override
	public CompletionStage<StoreStatus> status() {
		return running().status();
	}

	/**
	 * Return where the nodes are.
	 * @return their addresses, in the order in which they are configured
	 */
	public List<String> addresses() {
		return this.servers.stream().map(RedlockServer::address).toList();
	}

	@Override
	public void listen() {
		running().listen();
	}

	@Override
	public void verifyListening() {
		Redlock current = this.running;
		if (current != null) {
			current.verifyListening();
		}
	}

	@Override
	public String mode() {
		return "redlock";
	}

	/**
	 * Return what is known of the nodes at present.
	 * @return the nodes, in the order in which they are configured; empty if the store is
	 * not started
	 */
	public List<RedlockNode> nodes() {
		Redlock current = this.running;
		return (current != null) ? current.nodes() : List.of();
	}

	/**
	 * Return how many nodes may fail before no lock can be acquired.
	 * @return that number; if negative, so many nodes are missing now
	 */
	public int quorumMargin() {
		int voting = (int) nodes().stream().filter((node) -> node.state().isVoting()).count();
		return voting - (this.servers.size() / 2 + 1);
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		Redlock started = new Redlock(this.servers, this.settings, this.wallClock, instance, listener);
		this.running = started;
		return started.start();
	}

	@Override
	public void stop() {
		Redlock stopped = this.running;
		this.running = null;
		if (stopped != null) {
			stopped.stop();
		}
	}

	private Redlock running() {
		Redlock current = this.running;
		if (current == null) {
			throw new LockStoreUnavailableException("The Redlock store is not started", null);
		}
		return current;
	}

}
