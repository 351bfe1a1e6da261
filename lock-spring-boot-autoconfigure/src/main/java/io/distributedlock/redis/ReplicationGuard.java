package io.distributedlock.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.LockConnectionFactory.SeparateConnection;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.AcquireReply.Granted;
import io.distributedlock.store.GrantListener;

/**
 * Lets a lock be used only if enough replicas have it, so that it survives that one of
 * them takes over.
 */
final class ReplicationGuard {

	private final LockConnection<SeparateConnection> connection;

	private final RequiredReplicas required;

	/**
	 * By the id of the server.
	 */
	private final ConcurrentMap<String, ReplicaWait> waits = new ConcurrentHashMap<>();

	private ReplicationGuard(LockConnection<SeparateConnection> connection, RequiredReplicas required) {
		this.connection = connection;
		this.required = required;
	}

	/**
	 * Create a guard that begins to connect.
	 * @param connector makes a connection that nothing else uses
	 */
	static ReplicationGuard connecting(Supplier<SeparateConnection> connector, RequiredReplicas required) {
		return new ReplicationGuard(new LockConnection<>(connector, (replaced) -> {
			if (replaced != null) {
				replaced.closer().run();
			}
		}), required);
	}

	/**
	 * Connect anew, as the locks are on another server.
	 */
	void reconnect(Throwable reason) {
		this.connection.replace(reason);
	}

	/**
	 * Return a stage that completes when the first attempt to connect has ended.
	 */
	CompletionStage<Void> firstAttempt() {
		return this.connection.firstAttempt();
	}

	/**
	 * Return an answer of Redis, or a failure if it was a grant that not enough replicas
	 * know of.
	 */
	CompletionStage<AcquireReply> check(AcquireReply reply, LockCommand command) {
		if (!(reply instanceof Granted)) {
			return CompletableFuture.completedStage(reply);
		}
		try {
			return replicaWait(command.lock()).confirm(command).whenComplete((ignored, failure) -> {
				if (failure != null) {
					this.connection.failed(failure);
				}
			}).thenApply((ignored) -> reply);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedStage(ex);
		}
	}

	private ReplicaWait replicaWait(byte[] lock) {
		String server = servers().idOf(lock);
		if (server == null) {
			throw new LockStoreUnavailableException("no node of the Cluster is known to have the lock", null);
		}
		return this.waits.computeIfAbsent(server, (id) -> new ReplicaWait(() -> servers().commands(id), this.required));
	}

	private RedisServers servers() {
		return this.connection.connected().servers();
	}

	/**
	 * Return who is to be told of grants: only that there may be one. A waiter then asks,
	 * and the answer is checked.
	 */
	static GrantListener hinting(GrantListener listener) {
		return new GrantListener() {

			@Override
			public void granted(String owner, long fencingToken) {
				listener.hinted(owner);
			}

			@Override
			public void hinted(String owner) {
				listener.hinted(owner);
			}

			@Override
			public void revoked(String owner) {
				listener.revoked(owner);
			}

			@Override
			public void missed() {
				listener.missed();
			}

		};
	}

}
