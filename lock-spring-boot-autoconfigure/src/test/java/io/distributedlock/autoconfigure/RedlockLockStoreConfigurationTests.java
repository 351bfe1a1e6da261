package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.distributedlock.LockOperations;
import io.distributedlock.memory.MemoryLockStore;
import io.distributedlock.redis.RedisLockTemplate;
import io.distributedlock.redis.redlock.RedlockLockStore;
import io.distributedlock.redis.redlock.RedlockServer;
import io.distributedlock.redis.redlock.RedlockSettings;
import io.distributedlock.store.LockStore;
import io.lettuce.core.RedisCredentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedlockLockStoreConfiguration}.
 */
class RedlockLockStoreConfigurationTests {

	private static final String NODES = "distributed-lock.redlock.nodes=redis://127.0.0.1:1,redis://127.0.0.1:2,redis://127.0.0.1:3";

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, SslAutoConfiguration.class,
				DistributedLockAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.url=redis://127.0.0.1:1");

	@Test
	void nodesMakeItAQuorumAndLeaveTheConnectionFactoryToTheApplication() {
		this.contextRunner.withPropertyValues(NODES).run((context) -> {
			assertThat(context).hasSingleBean(LockStore.class)
				.hasSingleBean(RedlockLockStore.class)
				.hasSingleBean(LockOperations.class)
				.hasSingleBean(RedisLockTemplate.class)
				.hasSingleBean(RedisConnectionFactory.class);
			assertThat(context.getBean(RedlockLockStore.class)).extracting("settings")
				.isEqualTo(RedlockSettings.defaults());
			assertThat(servers(context)).extracting(RedlockServer::address)
				.containsExactly("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3");
		});
	}

	@Test
	void needsNoSpringData() {
		this.contextRunner.withPropertyValues(NODES)
			.withClassLoader(new FilteredClassLoader("org.springframework.data"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(RedlockLockStore.class));
	}

	@Test
	void withoutLettuceTellsWhatToAdd() {
		this.contextRunner.withPropertyValues(NODES)
			.withClassLoader(new FilteredClassLoader("io.lettuce"))
			.run((context) -> assertThat(FailureAnalyses.analyze(context).getAction()).contains("Lettuce"));
	}

	@Test
	void memoryComesFirst() {
		this.contextRunner.withPropertyValues(NODES, "distributed-lock.store=memory")
			.run((context) -> assertThat(context).hasSingleBean(MemoryLockStore.class).hasSingleBean(LockStore.class));
	}

	@Test
	void backsOffFromAStoreOfTheApplication() {
		this.contextRunner.withPropertyValues(NODES)
			.withBean("own", LockStore.class, MemoryLockStore::new)
			.run((context) -> assertThat(context).hasSingleBean(LockStore.class)
				.doesNotHaveBean(RedisLockTemplate.class));
	}

	@Test
	void propertiesReachTheStore() {
		this.contextRunner
			.withPropertyValues(NODES, "distributed-lock.key-prefix=app:", "distributed-lock.ttl=1m",
					"distributed-lock.redlock.node-timeout=20ms", "distributed-lock.redlock.connect-timeout=3s",
					"distributed-lock.redlock.max-ttl=2m", "distributed-lock.redlock.nodes-persist-every-write=true",
					"distributed-lock.redlock.fence-ttl=5m", "distributed-lock.redlock.max-clock-skew=1s")
			.run((context) -> assertThat(context.getBean(RedlockLockStore.class)).extracting("settings")
				.isEqualTo(new RedlockSettings("app:", Duration.ofMillis(20), Duration.ofSeconds(3),
						Duration.ofMinutes(2), true, Duration.ofMinutes(5), Duration.ofSeconds(1))));
	}

	@Test
	void nodesMayHaveUsersPasswordsAndTlsOfTheirOwn() {
		this.contextRunner.withPropertyValues("distributed-lock.redlock.nodes[0]=redis://me:s%40fe@one/2",
				"distributed-lock.redlock.nodes[1].uri=rediss://two:7000",
				"distributed-lock.redlock.nodes[1].username=you", "distributed-lock.redlock.nodes[1].password=secret",
				"distributed-lock.redlock.nodes[2].uri=redis://three", "distributed-lock.redlock.username=all",
				"distributed-lock.redlock.password=shared")
			.run((context) -> {
				List<RedlockServer> servers = servers(context);
				assertThat(servers).extracting(RedlockServer::address)
					.containsExactly("one:6379", "two:7000", "three:6379");
				assertThat(servers).extracting((server) -> server.uri().isSsl()).containsExactly(false, true, false);
				assertThat(servers.get(0).uri().getDatabase()).isEqualTo(2);
				assertThat(servers).extracting(RedlockLockStoreConfigurationTests::credentials)
					.containsExactly("me:s@fe", "you:secret", "all:shared");
				assertThat(servers.toString()).doesNotContain("s@fe").doesNotContain("secret");
			});
	}

	@Test
	void nodeMayHaveTimeoutsOfItsOwn() {
		this.contextRunner
			.withPropertyValues("distributed-lock.redlock.nodes[0].uri=redis://one",
					"distributed-lock.redlock.nodes[0].node-timeout=200ms",
					"distributed-lock.redlock.nodes[0].connect-timeout=3s",
					"distributed-lock.redlock.nodes[1].uri=redis://two",
					"distributed-lock.redlock.nodes[2].uri=redis://three")
			.run((context) -> {
				assertThat(servers(context)).extracting(RedlockServer::nodeTimeout)
					.containsExactly(Duration.ofMillis(200), null, null);
				assertThat(servers(context)).extracting(RedlockServer::connectTimeout)
					.containsExactly(Duration.ofSeconds(3), null, null);
			});
		String property = "distributed-lock.redlock.nodes[1].node-timeout=0";
		this.contextRunner
			.withPropertyValues("distributed-lock.redlock.nodes[0].uri=redis://one",
					"distributed-lock.redlock.nodes[1].uri=redis://two", property,
					"distributed-lock.redlock.nodes[2].uri=redis://three")
			.run((context) -> assertThat(FailureAnalyses.analyze(context, property).getDescription())
				.contains("'distributed-lock.redlock.nodes[1].node-timeout'")
				.endsWith("It must be from 1ms to 365d."));
	}

	@Test
	void sslBundleMeansTls() {
		this.contextRunner
			.withPropertyValues(NODES, "distributed-lock.redlock.ssl-bundle=nodes",
					"spring.ssl.bundle.pem.nodes.options.enabled-protocols=TLSv1.3",
					"spring.ssl.bundle.pem.nodes.truststore.certificate=")
			.run((context) -> assertThat(servers(context)).allSatisfy((server) -> {
				assertThat(server.uri().isSsl()).isTrue();
				assertThat(server.sslOptions().getProtocols()).containsExactly("TLSv1.3");
			}));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					redis://a,redis://b                         | names 2 nodes: a:6379, b:6379.              | Name an odd number
					redis://a,redis://b,redis://c,redis://d     | names 4 nodes: a:6379, b:6379, c:6379, d:6379. | Name an odd number
					redis://a                                   | names 1 nodes: a:6379.                      | at least three
					''                                          | names 0 nodes.                              | at least three
					redis://a,redis://b,redis://a:6379          | names the node a:6379 twice.                | server of its own
					redis://a,redis://A,redis://c               | names the node a:6379 twice.                | server of its own
					redis://a,redis://u:top secret@b,redis://c  | nodes[1]' is not the URI of a Redis node.   | percent-encode
					redis://a,http://b,redis://c                | nodes[1]' is not the URI of a Redis node.   | redis://host:port
					redis://a,redis-sentinel://b#m,redis://c    | nodes[1]' is not the URI of a Redis node.   | redis://host:port
					redis://a,b:6379,redis://c                  | nodes[1]' is not the URI of a Redis node.   | redis://host:port
					""")
	void nodesThatMakeNoQuorumAreExplained(String nodes, String problem, String action) {
		this.contextRunner.withPropertyValues("distributed-lock.redlock.nodes=" + nodes).run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.analyze(context);
			assertThat(analysis.getDescription()).startsWith("The property 'distributed-lock.redlock.nodes")
				.endsWith(problem)
				.doesNotContain("top secret");
			assertThat(analysis.getAction()).contains(action);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					redlock.node-timeout    | 0    | It must be from 1ms to 365d.
					redlock.connect-timeout | -1s  | It must be from 1ms to 365d.
					redlock.max-ttl         | 99ms | It must be from 100ms to 365d.
					redlock.fence-ttl       | 0    | It must be from 1ms to 365d.
					redlock.max-clock-skew  | 0    | It must be from 1ms to 365d.
					key-prefix              | {    | It must not be empty and must not contain braces, white space or control characters.
					ttl                     | 31s  | It must not be above 'distributed-lock.redlock.max-ttl'.
					""")
	void wrongValuesAreExplained(String name, String value, String reason) {
		String property = "distributed-lock." + name + "=" + value;
		this.contextRunner.withPropertyValues(NODES, property)
			.run((context) -> assertThat(FailureAnalyses.analyze(context, property).getDescription())
				.startsWith(
						"Invalid value '%s' for configuration property 'distributed-lock.%s'".formatted(value, name))
				.endsWith(reason));
	}

	@SuppressWarnings("unchecked")
	private static List<RedlockServer> servers(AssertableApplicationContext context) {
		return (List<RedlockServer>) ReflectionTestUtils.getField(context.getBean(RedlockLockStore.class), "servers");
	}

	private static String credentials(RedlockServer server) {
		RedisCredentials credentials = server.uri().getCredentialsProvider().resolveCredentials().block();
		return credentials.getUsername() + ":" + new String(credentials.getPassword());
	}

}
