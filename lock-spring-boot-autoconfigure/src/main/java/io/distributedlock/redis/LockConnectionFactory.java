package io.distributedlock.redis;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.distributedlock.redis.internal.Connections;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/**
 * Connects to the same Redis in the same way as the application's connection factory, but
 * on connections of its own, so that the commands of neither queue behind those of the
 * other. They share the server and, if the application's factory has client resources, as
 * that of Spring Boot has, the threads of Netty.
 * <p>
 * What differs:
 * <ul>
 * <li>While disconnected, commands fail at once instead of piling up, and are not sent
 * again after a reconnection: a lock command that arrives long after its caller has gone
 * would leave a lock behind.
 * <li>Commands have no time-out, unless the application has chosen one: whoever waits for
 * an answer has one of its own, and a timer for each command costs a tenth of its CPU.
 * <li>Reconnection is always on, and never waits long (see {@link LockClientResources}).
 * <li>In a Cluster, the topology is always read again when something hints at a change,
 * and as often as every second. Otherwise the locks of a master that is gone could not be
 * acquired until the application is restarted, or for a time that the application has
 * chosen for its own data.
 * <li>Nothing is read from replicas, and there is no pool: all locks share one
 * connection.
 * </ul>
 */
final class LockConnectionFactory extends LettuceConnectionFactory {

	private static final Duration MAX_TOPOLOGY_AGE = Duration.ofSeconds(1);

	private final RedisConfiguration redis;

	private final LockClientConfiguration client;

	private final Runnable closer;

	LockConnectionFactory(LettuceConnectionFactory application) {
		this(configuration(application), clientConfiguration(application));
	}

	private LockConnectionFactory(RedisConfiguration redis, LockClientConfiguration client) {
		this(redis, client, client::shutDownResources);
	}

	private LockConnectionFactory(RedisConfiguration redis, LockClientConfiguration client, Runnable closer) {
		super(redis, client);
		this.redis = redis;
		this.client = client;
		this.closer = closer;
	}

	private static LockClientConfiguration clientConfiguration(LettuceConnectionFactory application) {
		LettuceClientConfiguration client = application.getClientConfiguration();
		return new LockClientConfiguration(client, options(client, application.isClusterAware()),
				LockClientResources.create(client.getClientResources()));
	}

	@Override
	public void destroy() {
		super.destroy();
		this.closer.run();
	}

	/**
	 * Return threads that read no answers.
	 */
	Executor executor() {
		return this.client.resources().eventExecutorGroup();
	}

	/**
	 * Connect, unless connected. Blocks.
	 * @return the commands of the one connection (or one for each node of a Cluster) that
	 * all locks share
	 */
	RedisClusterAsyncCommands<byte[], byte[]> connect() {
		StatefulRedisClusterConnection<byte[], byte[]> cluster = getSharedClusterConnection();
		if (cluster != null) {
			return cluster.async();
		}
		StatefulRedisConnection<byte[], byte[]> connection = getSharedConnection();
		if (connection == null) {
			throw new IllegalStateException("No shared connection");
		}
		return connection.async();
	}

	/**
	 * Make a connection that nothing else uses. What {@link #connect} learns of changes
	 * in a Cluster, this one knows, too. Blocks.
	 */
	@SuppressWarnings("unchecked") // by the codec
	SeparateConnection connectSeparately() {
		StatefulConnection<?, ?> connection = doCreateConnectionProvider(getRequiredNativeClient(),
				ByteArrayCodec.INSTANCE)
			.getConnection(StatefulConnection.class);
		RedisServers servers = (connection instanceof StatefulRedisClusterConnection<?, ?> cluster)
				? new RedisServers.Masters((StatefulRedisClusterConnection<byte[], byte[]>) cluster)
				: new RedisServers.Single(((StatefulRedisConnection<byte[], byte[]>) connection).async());
		return new SeparateConnection(servers, () -> Connections.close(connection));
	}

	/**
	 * Return the servers behind the connection that {@link #connect} has made.
	 * @param commands the commands of that connection
	 */
	RedisServers servers(RedisClusterAsyncCommands<byte[], byte[]> commands) {
		StatefulRedisClusterConnection<byte[], byte[]> cluster = getSharedClusterConnection();
		return (cluster != null) ? new RedisServers.Masters(cluster) : new RedisServers.Single(commands);
	}

	/**
	 * Return every node that may publish. Blocks.
	 */
	PubSubNodes connectPubSub() {
		if (getRequiredNativeClient() instanceof RedisClusterClient cluster) {
			return new ClusterPubSubNodes(cluster);
		}
		if (this.redis instanceof RedisStaticMasterReplicaConfiguration few) {
			return connectPubSub(few);
		}
		return new FixedPubSubNodes(List.of(this::connectToNode), () -> {
		});
	}

	/**
	 * Return each node, as any of them may be the master, with a client of its own that
	 * shares the threads of this one.
	 */
	private PubSubNodes connectPubSub(RedisStaticMasterReplicaConfiguration few) {
		List<LockConnectionFactory> factories = few.getNodes()
			.stream()
			.map((node) -> new LockConnectionFactory(node, this.client, () -> {
			}))
			.toList();
		factories.forEach((factory) -> {
			factory.afterPropertiesSet();
			factory.start();
		});
		return new FixedPubSubNodes(factories.stream()
			.<Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>>>map(
					(factory) -> factory::connectToNode)
			.toList(), () -> factories.forEach(LockConnectionFactory::destroy));
	}

	@SuppressWarnings("unchecked") // by the codec
	private CompletionStage<StatefulRedisPubSubConnection<String, String>> connectToNode() {
		return doCreateConnectionProvider(getRequiredNativeClient(), StringCodec.UTF8)
			.getConnectionAsync(StatefulRedisPubSubConnection.class)
			.thenApply((connection) -> (StatefulRedisPubSubConnection<String, String>) connection);
	}

	/**
	 * Return what the application connects to. The accessors of the factory do not tell:
	 * there is none for a master with replicas, and the one for a standalone Redis
	 * returns the default, {@code localhost}, when the factory was created with a
	 * {@link RedisConfiguration} of no particular type.
	 */
	private static RedisConfiguration configuration(LettuceConnectionFactory application) {
		Object configuration = new DirectFieldAccessor(application).getPropertyValue("configuration");
		if (configuration instanceof RedisConfiguration redis) {
			return redis;
		}
		throw new IllegalStateException("The connection factory has no Redis configuration");
	}

	private static ClientOptions options(LettuceClientConfiguration client, boolean cluster) {
		ClientOptions options = client.getClientOptions().orElseGet(() -> ClientOptions.builder().build());
		ClientOptions.Builder builder = cluster ? clusterOptions(options) : options.mutate();
		return builder.autoReconnect(true)
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.timeoutOptions(timeoutOptions(client, options.getTimeoutOptions()))
			.build();
	}

	private static TimeoutOptions timeoutOptions(LettuceClientConfiguration client, TimeoutOptions application) {
		boolean isDefault = application.isApplyConnectionTimeout()
				&& client.getCommandTimeout().equals(RedisURI.DEFAULT_TIMEOUT_DURATION);
		return isDefault ? TimeoutOptions.create() : application;
	}

	private static ClientOptions.Builder clusterOptions(ClientOptions application) {
		ClusterClientOptions options = ClusterClientOptions.builder(application).build();
		ClusterTopologyRefreshOptions refresh = options.getTopologyRefreshOptions();
		// Not copied: which hints at a change count. All of them do by default.
		Duration age = refresh.getAdaptiveRefreshTimeout();
		return options.mutate()
			.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
				.dynamicRefreshSources(refresh.useDynamicRefreshSources())
				.closeStaleConnections(refresh.isCloseStaleConnections())
				.enablePeriodicRefresh(refresh.isPeriodicRefreshEnabled())
				.refreshPeriod(refresh.getRefreshPeriod())
				.adaptiveRefreshTriggersTimeout((age.compareTo(MAX_TOPOLOGY_AGE) < 0) ? age : MAX_TOPOLOGY_AGE)
				.build());
	}

	/**
	 * The application's client configuration with other client options and resources.
	 */
	private record LockClientConfiguration(LettuceClientConfiguration application, ClientOptions options,
			ClientResources resources) implements LettuceClientConfiguration {

		void shutDownResources() {
			long timeout = getShutdownTimeout().toNanos();
			this.resources.shutdown(0, timeout, TimeUnit.NANOSECONDS)
				.awaitUninterruptibly(timeout, TimeUnit.NANOSECONDS);
		}

		@Override
		public boolean isUseSsl() {
			return this.application.isUseSsl();
		}

		@Override
		@SuppressWarnings("deprecation") // abstract all the same
		public boolean isVerifyPeer() {
			return this.application.isVerifyPeer();
		}

		@Override
		public SslVerifyMode getVerifyMode() {
			return this.application.getVerifyMode();
		}

		@Override
		public boolean isStartTls() {
			return this.application.isStartTls();
		}

		@Override
		public Optional<ClientResources> getClientResources() {
			return Optional.of(this.resources);
		}

		@Override
		public Optional<ClientOptions> getClientOptions() {
			return Optional.of(this.options);
		}

		@Override
		public Optional<String> getClientName() {
			return this.application.getClientName();
		}

		@Override
		public Optional<ReadFrom> getReadFrom() {
			return Optional.empty();
		}

		@Override
		public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
			return this.application.getRedisCredentialsProviderFactory();
		}

		@Override
		public Duration getCommandTimeout() {
			return this.application.getCommandTimeout();
		}

		@Override
		public Duration getShutdownTimeout() {
			return this.application.getShutdownTimeout();
		}

		@Override
		public Duration getShutdownQuietPeriod() {
			return this.application.getShutdownQuietPeriod();
		}

	}

	/**
	 * A connection that nothing else uses.
	 *
	 * @param servers the servers behind it
	 * @param closer closes it without waiting for that
	 */
	record SeparateConnection(RedisServers servers, Runnable closer) {

	}

}
