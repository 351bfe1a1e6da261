package io.distributedlock.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.RedisClusterProcess;
import io.distributedlock.testsupport.RedisEndpoint;
import io.distributedlock.testsupport.RedisSentinelProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.ReplicatedRedis;
import io.lettuce.core.internal.HostAndPort;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.MappingSocketAddressResolver;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Creates stores from what an application may configure. They share the threads of
 * Lettuce, so that starting one is cheap.
 */
final class TestStores implements AutoCloseable {

	private final ClientResources resources = DefaultClientResources.create();

	static RedisStandaloneConfiguration standalone(RedisEndpoint redis) {
		return new RedisStandaloneConfiguration(redis.host(), redis.port());
	}

	static RedisStaticMasterReplicaConfiguration masterReplica(ReplicatedRedis redis) {
		RedisStaticMasterReplicaConfiguration configuration = new RedisStaticMasterReplicaConfiguration(
				redis.replica().host(), redis.replica().port());
		configuration.addNode(redis.master().host(), redis.master().port());
		return configuration;
	}

	static RedisSentinelConfiguration sentinel(RedisSentinelProcess redis) {
		RedisSentinelConfiguration configuration = new RedisSentinelConfiguration()
			.master(RedisSentinelProcess.MASTER_NAME);
		redis.sentinels().forEach((sentinel) -> configuration.sentinel(sentinel.host(), sentinel.port()));
		return configuration;
	}

	static RedisClusterConfiguration cluster(RedisClusterProcess redis) {
		RedisServerProcess node = redis.nodes().get(0);
		return new RedisClusterConfiguration().clusterNode(node.host(), node.port());
	}

	/**
	 * Return client resources that reach one node through a proxy in front of it, also if
	 * others tell its address. To be shut down by the caller.
	 */
	static ClientResources through(FaultProxy network, RedisServerProcess node) {
		return ClientResources.builder()
			.socketAddressResolver(
					MappingSocketAddressResolver.create((HostAndPort server) -> (server.getPort() == node.port())
							? HostAndPort.of(network.host(), network.port()) : server))
			.build();
	}

	/**
	 * Return the connection factory of an application, not started.
	 */
	LettuceConnectionFactory application(RedisConfiguration redis,
			Consumer<LettuceClientConfigurationBuilder> customizer) {
		LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder()
			.clientResources(this.resources)
			.shutdownTimeout(Duration.ZERO);
		customizer.accept(client);
		return new LettuceConnectionFactory(redis, client.build());
	}

	RedisLockStore store(RedisConfiguration redis) {
		return store(redis, (client) -> {
		});
	}

	RedisLockStore store(RedisConfiguration redis, Consumer<LettuceClientConfigurationBuilder> customizer) {
		return store(application(redis, customizer));
	}

	static RedisLockStore store(LettuceConnectionFactory application) {
		return new RedisLockStore(application, "lock:", Duration.ofSeconds(60));
	}

	@Override
	public void close() {
		this.resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
	}

}
