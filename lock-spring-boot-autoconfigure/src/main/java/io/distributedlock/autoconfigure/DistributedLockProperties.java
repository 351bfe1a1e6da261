package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.distributedlock.OnContention;
import io.distributedlock.OnLost;
import io.distributedlock.OnStoreFailure;
import io.distributedlock.engine.ReleaseMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.Ordered;

/**
 * Configuration properties for distributed locks.
 *
 * @since 1.0
 */
@ConfigurationProperties("distributed-lock")
public class DistributedLockProperties {

	/**
	 * Whether methods are locked at all. If not, annotated methods run without a lock.
	 */
	private boolean enabled = true;

	/**
	 * Where locks are kept.
	 */
	private Store store = Store.REDIS;

	/**
	 * Prefix of all keys in Redis. Must not contain braces, white space or control
	 * characters.
	 */
	private String keyPrefix = "lock:";

	/**
	 * How long the store keeps a lock when nobody renews or releases it. At least 100 ms.
	 */
	private Duration ttl = Duration.ofSeconds(30);

	/**
	 * Longest time to wait for a lock that somebody else holds. Zero means to try once.
	 */
	private Duration waitTime = Duration.ofSeconds(5);

	/**
	 * Whether a lock is renewed until it is released.
	 */
	private boolean renew = true;

	/**
	 * Longest time to hold a lock, after which it is not renewed any more. Unlimited if
	 * not set.
	 */
	private @Nullable Duration maxHold;

	/**
	 * How to release a lock: wait for the store to confirm it, or return at once.
	 */
	private ReleaseMode release = ReleaseMode.SYNC;

	/**
	 * How long to wait for an answer of the store after the wait time is over.
	 */
	private Duration responseTimeout = Duration.ofMillis(30);

	/**
	 * How long a release waits for the store before it goes on in the background.
	 */
	private Duration releaseTimeout = Duration.ofSeconds(1);

	/**
	 * How many times in a row a lock is passed on among the threads of one instance
	 * before other instances have their turn. Zero to never do that, at most 63.
	 */
	private int localHandovers = 32;

	/**
	 * How long a lock may be held before there is a warning in the log. If not set, there
	 * is none.
	 */
	private @Nullable Duration warnHeldLongerThan;

	/**
	 * Order of the lock among the interceptors of a method. Must be lower than that of
	 * transactions, so that they commit before the lock is released.
	 */
	private int advisorOrder = Ordered.LOWEST_PRECEDENCE - 100;

	/**
	 * Whether log messages of a locked method have the key, name and fencing token of its
	 * lock, as lock.key, lock.name and lock.fencingToken in the MDC of SLF4J.
	 */
	private boolean mdc;

	/**
	 * What to do at start-up about an annotation that cannot work: refuse to start, or
	 * log a warning and let the calls of its method fail.
	 */
	private Validation validation = Validation.FAIL;

	/**
	 * Settings of single locks by their names. They take precedence over the annotations.
	 */
	private final Map<String, Lock> locks = new LinkedHashMap<>();

	private final Redis redis = new Redis();

	private final Redlock redlock = new Redlock();

	private final Transaction transaction = new Transaction();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Store getStore() {
		return this.store;
	}

	public void setStore(Store store) {
		this.store = store;
	}

	public String getKeyPrefix() {
		return this.keyPrefix;
	}

	public void setKeyPrefix(String keyPrefix) {
		this.keyPrefix = keyPrefix;
	}

	public Duration getTtl() {
		return this.ttl;
	}

	public void setTtl(Duration ttl) {
		this.ttl = ttl;
	}

	public Duration getWaitTime() {
		return this.waitTime;
	}

	public void setWaitTime(Duration waitTime) {
		this.waitTime = waitTime;
	}

	public boolean isRenew() {
		return this.renew;
	}

	public void setRenew(boolean renew) {
		this.renew = renew;
	}

	public @Nullable Duration getMaxHold() {
		return this.maxHold;
	}

	public void setMaxHold(@Nullable Duration maxHold) {
		this.maxHold = maxHold;
	}

	public ReleaseMode getRelease() {
		return this.release;
	}

	public void setRelease(ReleaseMode release) {
		this.release = release;
	}

	public Duration getResponseTimeout() {
		return this.responseTimeout;
	}

	public void setResponseTimeout(Duration responseTimeout) {
		this.responseTimeout = responseTimeout;
	}

	public Duration getReleaseTimeout() {
		return this.releaseTimeout;
	}

	public void setReleaseTimeout(Duration releaseTimeout) {
		this.releaseTimeout = releaseTimeout;
	}

	public int getLocalHandovers() {
		return this.localHandovers;
	}

	public void setLocalHandovers(int localHandovers) {
		this.localHandovers = localHandovers;
	}

	public @Nullable Duration getWarnHeldLongerThan() {
		return this.warnHeldLongerThan;
	}

	public void setWarnHeldLongerThan(@Nullable Duration warnHeldLongerThan) {
		this.warnHeldLongerThan = warnHeldLongerThan;
	}

	public int getAdvisorOrder() {
		return this.advisorOrder;
	}

	public void setAdvisorOrder(int advisorOrder) {
		this.advisorOrder = advisorOrder;
	}

	public boolean isMdc() {
		return this.mdc;
	}

	public void setMdc(boolean mdc) {
		this.mdc = mdc;
	}

	public Validation getValidation() {
		return this.validation;
	}

	public void setValidation(Validation validation) {
		this.validation = validation;
	}

	public Map<String, Lock> getLocks() {
		return this.locks;
	}

	public Redis getRedis() {
		return this.redis;
	}

	public Redlock getRedlock() {
		return this.redlock;
	}

	public Transaction getTransaction() {
		return this.transaction;
	}

	/**
	 * Where locks are kept.
	 */
	public enum Store {

		/**
		 * On Redis, for all instances of the application.
		 */
		REDIS,

		/**
		 * In the memory of this JVM, for tests and local runs.
		 */
		MEMORY

	}

	/**
	 * What to do at start-up about an annotation that cannot work.
	 */
	public enum Validation {

		/**
		 * Refuse to start.
		 */
		FAIL,

		/**
		 * Log a warning and start. Each call of the method fails.
		 */
		WARN

	}

	/**
	 * Settings of one lock, instead of those of its annotation. What is not set is left
	 * as it is.
	 */
	public static class Lock {

		/**
		 * Whether to lock at all. If not, the methods run without this lock.
		 */
		private @Nullable Boolean enabled;

		/**
		 * How long the store keeps the lock when nobody renews or releases it. At least
		 * 100 ms.
		 */
		private @Nullable Duration ttl;

		/**
		 * Longest time to wait for the lock. Zero means to try once.
		 */
		private @Nullable Duration waitTime;

		/**
		 * Whether the lock is renewed until it is released.
		 */
		private @Nullable Boolean renew;

		/**
		 * Longest time to hold the lock, after which it is not renewed any more.
		 */
		private @Nullable Duration maxHold;

		/**
		 * Shortest time to hold the lock. The store keeps it for the rest of that time
		 * when it is released earlier.
		 */
		private @Nullable Duration minHold;

		/**
		 * Whether waiters get the lock in the order of their arrival.
		 */
		private @Nullable Boolean fair;

		/**
		 * What to do if somebody else still holds the lock after the wait time.
		 */
		private @Nullable OnContention onContention;

		/**
		 * What to do if the store of the locks fails.
		 */
		private @Nullable OnStoreFailure onStoreFailure;

		/**
		 * What happens to the method when the lease is lost while it runs.
		 */
		private @Nullable OnLost onLost;

		public @Nullable Boolean getEnabled() {
			return this.enabled;
		}

		public void setEnabled(@Nullable Boolean enabled) {
			this.enabled = enabled;
		}

		public @Nullable Duration getTtl() {
			return this.ttl;
		}

		public void setTtl(@Nullable Duration ttl) {
			this.ttl = ttl;
		}

		public @Nullable Duration getWaitTime() {
			return this.waitTime;
		}

		public void setWaitTime(@Nullable Duration waitTime) {
			this.waitTime = waitTime;
		}

		public @Nullable Boolean getRenew() {
			return this.renew;
		}

		public void setRenew(@Nullable Boolean renew) {
			this.renew = renew;
		}

		public @Nullable Duration getMaxHold() {
			return this.maxHold;
		}

		public void setMaxHold(@Nullable Duration maxHold) {
			this.maxHold = maxHold;
		}

		public @Nullable Duration getMinHold() {
			return this.minHold;
		}

		public void setMinHold(@Nullable Duration minHold) {
			this.minHold = minHold;
		}

		public @Nullable Boolean getFair() {
			return this.fair;
		}

		public void setFair(@Nullable Boolean fair) {
			this.fair = fair;
		}

		public @Nullable OnContention getOnContention() {
			return this.onContention;
		}

		public void setOnContention(@Nullable OnContention onContention) {
			this.onContention = onContention;
		}

		public @Nullable OnStoreFailure getOnStoreFailure() {
			return this.onStoreFailure;
		}

		public void setOnStoreFailure(@Nullable OnStoreFailure onStoreFailure) {
			this.onStoreFailure = onStoreFailure;
		}

		public @Nullable OnLost getOnLost() {
			return this.onLost;
		}

		public void setOnLost(@Nullable OnLost onLost) {
			this.onLost = onLost;
		}

	}

	/**
	 * Properties for locks around and within transactions.
	 */
	public static class Transaction {

		/**
		 * Whether a transaction is rolled back instead of committed when its thread has
		 * lost a lock that it has not released.
		 */
		private boolean commitGuard = true;

		/**
		 * Whether a lock that is taken inside a transaction is kept until that
		 * transaction has been committed or rolled back. If not, it is released when its
		 * method has ended, before the commit, with a warning.
		 */
		private boolean releaseAfterCompletion;

		public boolean isCommitGuard() {
			return this.commitGuard;
		}

		public void setCommitGuard(boolean commitGuard) {
			this.commitGuard = commitGuard;
		}

		public boolean isReleaseAfterCompletion() {
			return this.releaseAfterCompletion;
		}

		public void setReleaseAfterCompletion(boolean releaseAfterCompletion) {
			this.releaseAfterCompletion = releaseAfterCompletion;
		}

	}

	/**
	 * Properties for locks on Redis.
	 */
	public static class Redis {

		/**
		 * Name of the connection factory bean that tells which Redis keeps the locks. If
		 * not set, the only or primary one.
		 */
		private @Nullable String connectionFactory;

		/**
		 * Shortest time for which the last fencing token of a lock is remembered. Must be
		 * longer than the clocks of Redis servers that take over from one another can
		 * differ.
		 */
		private Duration fenceTtl = Duration.ofSeconds(60);

		/**
		 * How many replicas must have a lock before it is used, so that it survives a
		 * failover to one of them. If zero, nobody asks them.
		 */
		private int minReplicas = 0;

		/**
		 * How long to wait until so many replicas have a lock. A caller that waits for
		 * the lock tries again until its wait time is over.
		 */
		private Duration replicationTimeout = Duration.ofMillis(20);

		public @Nullable String getConnectionFactory() {
			return this.connectionFactory;
		}

		public void setConnectionFactory(@Nullable String connectionFactory) {
			this.connectionFactory = connectionFactory;
		}

		public Duration getFenceTtl() {
			return this.fenceTtl;
		}

		public void setFenceTtl(Duration fenceTtl) {
			this.fenceTtl = fenceTtl;
		}

		public int getMinReplicas() {
			return this.minReplicas;
		}

		public void setMinReplicas(int minReplicas) {
			this.minReplicas = minReplicas;
		}

		public Duration getReplicationTimeout() {
			return this.replicationTimeout;
		}

		public void setReplicationTimeout(Duration replicationTimeout) {
			this.replicationTimeout = replicationTimeout;
		}

	}

	/**
	 * Properties for locks on a quorum of independent Redis nodes.
	 */
	public static class Redlock {

		/**
		 * Comma-separated list of the nodes as URIs, 'redis://user:password@host:port',
		 * or 'rediss://...' for TLS. An odd number, at least three. If set, locks are
		 * kept there and not where 'spring.data.redis.*' says.
		 */
		private List<Node> nodes = new ArrayList<>();

		/**
		 * User to log in with on nodes for which nothing else is set.
		 */
		private @Nullable String username;

		/**
		 * Password to log in with on nodes for which nothing else is set.
		 */
		private @Nullable String password;

		/**
		 * Name of the SSL bundle for nodes for which no other is set. If set, all nodes
		 * use TLS.
		 */
		private @Nullable String sslBundle;

		/**
		 * How long to wait for the vote of a node. If not set, a twentieth of the time to
		 * live of the lock, but at most 50 ms.
		 */
		private @Nullable Duration nodeTimeout;

		/**
		 * How long to wait for a connection to a node.
		 */
		private Duration connectTimeout = Duration.ofSeconds(1);

		/**
		 * Longest time to live that a lock may have. A node that has restarted does not
		 * vote for that long, because it may have lost locks.
		 */
		private Duration maxTtl = Duration.ofSeconds(30);

		/**
		 * Whether the nodes have all their data after a restart (appendonly yes,
		 * appendfsync always), so that they may vote at once.
		 */
		private boolean nodesPersistEveryWrite;

		/**
		 * Shortest time for which the last fencing token of a lock is remembered. Must be
		 * longer than the clocks of the instances of the application can differ.
		 */
		private Duration fenceTtl = Duration.ofSeconds(60);

		/**
		 * By how much the clock of a node may differ from that of this machine before
		 * there is a warning.
		 */
		private Duration maxClockSkew = Duration.ofMillis(500);

		public List<Node> getNodes() {
			return this.nodes;
		}

		public void setNodes(List<Node> nodes) {
			this.nodes = nodes;
		}

		public @Nullable String getUsername() {
			return this.username;
		}

		public void setUsername(@Nullable String username) {
			this.username = username;
		}

		public @Nullable String getPassword() {
			return this.password;
		}

		public void setPassword(@Nullable String password) {
			this.password = password;
		}

		public @Nullable String getSslBundle() {
			return this.sslBundle;
		}

		public void setSslBundle(@Nullable String sslBundle) {
			this.sslBundle = sslBundle;
		}

		public @Nullable Duration getNodeTimeout() {
			return this.nodeTimeout;
		}

		public void setNodeTimeout(@Nullable Duration nodeTimeout) {
			this.nodeTimeout = nodeTimeout;
		}

		public Duration getConnectTimeout() {
			return this.connectTimeout;
		}

		public void setConnectTimeout(Duration connectTimeout) {
			this.connectTimeout = connectTimeout;
		}

		public Duration getMaxTtl() {
			return this.maxTtl;
		}

		public void setMaxTtl(Duration maxTtl) {
			this.maxTtl = maxTtl;
		}

		public boolean isNodesPersistEveryWrite() {
			return this.nodesPersistEveryWrite;
		}

		public void setNodesPersistEveryWrite(boolean nodesPersistEveryWrite) {
			this.nodesPersistEveryWrite = nodesPersistEveryWrite;
		}

		public Duration getFenceTtl() {
			return this.fenceTtl;
		}

		public void setFenceTtl(Duration fenceTtl) {
			this.fenceTtl = fenceTtl;
		}

		public Duration getMaxClockSkew() {
			return this.maxClockSkew;
		}

		public void setMaxClockSkew(Duration maxClockSkew) {
			this.maxClockSkew = maxClockSkew;
		}

		/**
		 * A node, in short form its URI.
		 */
		public static class Node {

			/**
			 * URI of the node, with or without user and password.
			 */
			private @Nullable String uri;

			/**
			 * User to log in with, if it is not in the URI.
			 */
			private @Nullable String username;

			/**
			 * Password to log in with, if it is not in the URI.
			 */
			private @Nullable String password;

			/**
			 * Name of the SSL bundle of the node. If set, it uses TLS.
			 */
			private @Nullable String sslBundle;

			/**
			 * How long to wait for the vote of the node, if it is further away than the
			 * others.
			 */
			private @Nullable Duration nodeTimeout;

			/**
			 * How long to wait for a connection to the node, if not as long as for the
			 * others.
			 */
			private @Nullable Duration connectTimeout;

			/**
			 * Return a node of which nothing but the URI is set.
			 * @param uri the URI
			 * @return the node
			 */
			public static Node of(String uri) {
				Node node = new Node();
				node.setUri(uri);
				return node;
			}

			public @Nullable String getUri() {
				return this.uri;
			}

			public void setUri(@Nullable String uri) {
				this.uri = uri;
			}

			public @Nullable String getUsername() {
				return this.username;
			}

			public void setUsername(@Nullable String username) {
				this.username = username;
			}

			public @Nullable String getPassword() {
				return this.password;
			}

			public void setPassword(@Nullable String password) {
				this.password = password;
			}

			public @Nullable String getSslBundle() {
				return this.sslBundle;
			}

			public void setSslBundle(@Nullable String sslBundle) {
				this.sslBundle = sslBundle;
			}

			public @Nullable Duration getNodeTimeout() {
				return this.nodeTimeout;
			}

			public void setNodeTimeout(@Nullable Duration nodeTimeout) {
				this.nodeTimeout = nodeTimeout;
			}

			public @Nullable Duration getConnectTimeout() {
				return this.connectTimeout;
			}

			public void setConnectTimeout(@Nullable Duration connectTimeout) {
				this.connectTimeout = connectTimeout;
			}

		}

	}

}
