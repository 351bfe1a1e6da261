package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions.RefreshTrigger;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.embedded.EmbeddedChannel;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

class LockConnectionFactoryTests {

	private static final LettuceClientConfiguration DEFAULTS = LettuceClientConfiguration.defaultConfiguration();

	private final List<LockConnectionFactory> created = new ArrayList<>();

	@AfterEach
	void destroy() {
		this.created.forEach(LockConnectionFactory::destroy);
	}

	static Stream<RedisConfiguration> configurations() {
		RedisStandaloneConfiguration standalone = new RedisStandaloneConfiguration("redis.example", 7000);
		standalone.setDatabase(3);
		return Stream.of(standalone, new RedisSentinelConfiguration("orders", Set.of("sentinel.example:26379")),
				new RedisClusterConfiguration(List.of("node.example:7000")),
				new RedisStaticMasterReplicaConfiguration("master.example"),
				new RedisSocketConfiguration("/run/redis.sock"));
	}

	@ParameterizedTest
	@MethodSource("configurations")
	void connectsToTheSameRedis(RedisConfiguration redis) {
		assertThat(configuration(locks(new LettuceConnectionFactory(redis, DEFAULTS)))).isSameAs(redis);
	}

	@Test
	void connectsToTheSameRedisWhateverConstructorTheApplicationUses() {
		RedisStandaloneConfiguration standalone = new RedisStandaloneConfiguration("redis.example", 7000);
		assertThat(configuration(locks(new LettuceConnectionFactory(standalone)))).isSameAs(standalone);
		RedisSentinelConfiguration sentinel = new RedisSentinelConfiguration("orders", Set.of("sentinel.example:1"));
		assertThat(configuration(locks(new LettuceConnectionFactory(sentinel, DEFAULTS)))).isSameAs(sentinel);
		RedisClusterConfiguration cluster = new RedisClusterConfiguration(List.of("node.example:7000"));
		assertThat(configuration(locks(new LettuceConnectionFactory(cluster, DEFAULTS)))).isSameAs(cluster);
		LockConnectionFactory factory = locks(new LettuceConnectionFactory("redis.example", 7000));
		assertThat(factory.getHostName()).isEqualTo("redis.example");
		assertThat(factory.getPort()).isEqualTo(7000);
	}

	@Test
	void keepsTheClientConfigurationOfTheApplication() {
		RedisCredentialsProviderFactory credentials = mock(RedisCredentialsProviderFactory.class);
		LettuceClientConfiguration client = LettuceClientConfiguration.builder()
			.clientName("orders")
			.commandTimeout(Duration.ofSeconds(7))
			.shutdownTimeout(Duration.ofSeconds(8))
			.shutdownQuietPeriod(Duration.ofSeconds(9))
			.redisCredentialsProviderFactory(credentials)
			.useSsl()
			.startTls()
			.verifyPeer(SslVerifyMode.CA)
			.build();
		assertThat(client(client)).satisfies((copy) -> {
			assertThat(copy.getClientName()).contains("orders");
			assertThat(copy.getCommandTimeout()).isEqualTo(Duration.ofSeconds(7));
			assertThat(copy.getShutdownTimeout()).isEqualTo(Duration.ofSeconds(8));
			assertThat(copy.getShutdownQuietPeriod()).isEqualTo(Duration.ofSeconds(9));
			assertThat(copy.getRedisCredentialsProviderFactory()).contains(credentials);
			assertThat(copy.isUseSsl()).isTrue();
			assertThat(copy.isStartTls()).isTrue();
			assertThat(copy.getVerifyMode()).isEqualTo(SslVerifyMode.CA);
		});
	}

	@Test
	void keepsTheClientOptionsOfTheApplicationExceptHowToReconnect() {
		ClientOptions options = ClientOptions.builder()
			.autoReconnect(false)
			.disconnectedBehavior(DisconnectedBehavior.ACCEPT_COMMANDS)
			.socketOptions(SocketOptions.builder().connectTimeout(Duration.ofSeconds(3)).keepAlive(true).build())
			.protocolVersion(ProtocolVersion.RESP2)
			.requestQueueSize(77)
			.pingBeforeActivateConnection(false)
			.timeoutOptions(TimeoutOptions.builder().fixedTimeout(Duration.ofSeconds(4)).build())
			.build();
		ClientOptions copy = options(new RedisStandaloneConfiguration(), options);
		assertThat(copy).usingRecursiveComparison()
			.ignoringFields("autoReconnect", "disconnectedBehavior")
			.isEqualTo(options);
		assertReconnects(copy);
	}

	@Test
	void keepsTheClusterOptionsOfTheApplication() {
		ClusterClientOptions options = ClusterClientOptions.builder()
			.autoReconnect(false)
			.maxRedirects(2)
			.validateClusterNodeMembership(true)
			.requestQueueSize(77)
			.build();
		ClientOptions copy = options(new RedisClusterConfiguration(), options);
		assertThat(copy).isInstanceOf(ClusterClientOptions.class)
			.usingRecursiveComparison()
			.ignoringFields("autoReconnect", "disconnectedBehavior", "timeoutOptions", "topologyRefreshOptions")
			.isEqualTo(options);
		assertReconnects(copy);
	}

	@Test
	void convertsPlainClientOptionsForACluster() {
		ClientOptions copy = options(new RedisClusterConfiguration(),
				ClientOptions.builder().requestQueueSize(77).build());
		assertThat(copy).isInstanceOf(ClusterClientOptions.class);
		assertThat(copy.getRequestQueueSize()).isEqualTo(77);
		assertReconnects(copy);
	}

	@Test
	void commandsHaveTheTimeoutThatTheApplicationHasChosen() {
		LettuceClientConfiguration client = LettuceClientConfiguration.builder()
			.commandTimeout(Duration.ofSeconds(2))
			.build();
		ClientOptions copy = client(client).getClientOptions().orElseThrow();
		assertThat(copy.getTimeoutOptions().isTimeoutCommands()).isTrue();
	}

	@Test
	void commandsHaveNoTimeoutWhenTheApplicationHasChosenNone() {
		ClientOptions copy = client(DEFAULTS).getClientOptions().orElseThrow();
		assertThat(copy.getTimeoutOptions().isTimeoutCommands()).isFalse();
		assertReconnects(copy);
	}

	@Test
	void neverReadsFromReplicas() {
		LettuceClientConfiguration client = LettuceClientConfiguration.builder()
			.readFrom(ReadFrom.REPLICA_PREFERRED)
			.build();
		assertThat(client(client).getReadFrom()).isEmpty();
	}

	@Test
	void doesNotPool() {
		LettuceClientConfiguration client = LettucePoolingClientConfiguration.builder()
			.poolConfig(new GenericObjectPoolConfig<>())
			.build();
		assertThat(client(client)).isNotInstanceOf(LettucePoolingClientConfiguration.class);
	}

	@Test
	void readsTheTopologyOfAClusterAgainWhateverTheApplicationConfigures() {
		ClusterTopologyRefreshOptions application = ClusterTopologyRefreshOptions.builder()
			.disableAllAdaptiveRefreshTriggers()
			.adaptiveRefreshTriggersTimeout(Duration.ofMinutes(1))
			.dynamicRefreshSources(false)
			.closeStaleConnections(false)
			.enablePeriodicRefresh(Duration.ofSeconds(33))
			.build();
		ClusterClientOptions copy = (ClusterClientOptions) options(new RedisClusterConfiguration(),
				ClusterClientOptions.builder().topologyRefreshOptions(application).build());
		assertThat(copy.getTopologyRefreshOptions()).satisfies((refresh) -> {
			assertThat(refresh.getAdaptiveRefreshTriggers()).containsExactlyInAnyOrder(RefreshTrigger.values());
			assertThat(refresh.getAdaptiveRefreshTimeout()).isEqualTo(Duration.ofSeconds(1));
			assertThat(refresh.useDynamicRefreshSources()).isFalse();
			assertThat(refresh.isCloseStaleConnections()).isFalse();
			assertThat(refresh.isPeriodicRefreshEnabled()).isTrue();
			assertThat(refresh.getRefreshPeriod()).isEqualTo(Duration.ofSeconds(33));
		});
	}

	@Test
	void sharesTheResourcesOfTheApplicationAndLeavesThemToIt() {
		ClientResources application = ClientResources.builder().nettyCustomizer(new NettyCustomizer() {
		}).reconnectDelay(Delay.exponential()).build();
		try {
			LockConnectionFactory factory = locks(new LettuceConnectionFactory(new RedisStandaloneConfiguration(),
					LettuceClientConfiguration.builder().clientResources(application).build()));
			ClientResources copy = factory.getClientConfiguration().getClientResources().orElseThrow();
			assertThat(copy).usingRecursiveComparison()
				.comparingOnlyFields("addressResolverGroup", "commandLatencyRecorder", "eventBus", "eventExecutorGroup",
						"eventLoopGroupProvider", "socketAddressResolver", "timer", "tracing")
				.isEqualTo(application);
			factory.destroy();
			assertThat(application.eventExecutorGroup().isShuttingDown()).isFalse();
		}
		finally {
			application.shutdown(0, 0, TimeUnit.SECONDS);
		}
	}

	@Test
	void watchesForSilenceBesidesWhatTheApplicationDoesWithItsChannels() {
		NettyCustomizer customizer = mock(NettyCustomizer.class);
		ClientResources application = ClientResources.builder().nettyCustomizer(customizer).build();
		try {
			EmbeddedChannel channel = new EmbeddedChannel();
			LockClientResources.create(Optional.of(application)).nettyCustomizer().afterChannelInitialized(channel);
			assertThat(channel.pipeline().first()).isInstanceOf(SilenceHandler.class);
			verify(customizer).afterChannelInitialized(channel);
		}
		finally {
			application.shutdown(0, 0, TimeUnit.SECONDS);
		}
	}

	@Test
	void neverWaitsLongBeforeItReconnects() {
		Delay delay = client(DEFAULTS).getClientResources().orElseThrow().reconnectDelay();
		assertThat(delay.createDelay(2)).isEqualTo(Delay.exponential().createDelay(2));
		assertThat(delay.createDelay(100)).isEqualTo(Duration.ofMillis(500));
		ClientResources eager = ClientResources.builder().reconnectDelay(Delay.constant(Duration.ofMillis(7))).build();
		try {
			assertThat(client(LettuceClientConfiguration.builder().clientResources(eager).build()).getClientResources()
				.orElseThrow()
				.reconnectDelay()
				.createDelay(100)).isEqualTo(Duration.ofMillis(7));
		}
		finally {
			eager.shutdown(0, 0, TimeUnit.SECONDS);
		}
	}

	private LockConnectionFactory locks(LettuceConnectionFactory application) {
		LockConnectionFactory factory = new LockConnectionFactory(application);
		this.created.add(factory);
		return factory;
	}

	private static void assertReconnects(ClientOptions options) {
		assertThat(options.isAutoReconnect()).isTrue();
		assertThat(options.getDisconnectedBehavior()).isEqualTo(DisconnectedBehavior.REJECT_COMMANDS);
	}

	private static Object configuration(LettuceConnectionFactory factory) {
		return Optional.ofNullable(ReflectionTestUtils.getField(factory, "configuration")).orElseThrow();
	}

	private LettuceClientConfiguration client(LettuceClientConfiguration application) {
		return locks(new LettuceConnectionFactory(new RedisStandaloneConfiguration(), application))
			.getClientConfiguration();
	}

	private ClientOptions options(RedisConfiguration redis, ClientOptions application) {
		LettuceClientConfiguration client = LettuceClientConfiguration.builder().clientOptions(application).build();
		return locks(new LettuceConnectionFactory(redis, client)).getClientConfiguration()
			.getClientOptions()
			.orElseThrow();
	}

}
