package io.distributedlock.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.RedisEndpoint;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.ReplicatedRedis;
import io.distributedlock.testsupport.RespClient;
import io.distributedlock.testsupport.SharedRedis;
import io.netty.channel.ConnectTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.data.redis.connection.PoolException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an application sets in {@code spring.data.redis.*} holds for the connection of the
 * locks too.
 */
@RedisServerTest
@Timeout(60)
class RedisOptionsIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ofSeconds(5));

	private final ApplicationContextRunner application = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(DataRedisAutoConfiguration.class, DistributedLockAutoConfiguration.class));

	@SharedRedis
	private RedisServerProcess redis;

	@Test
	void locksHaveAConnectionOfTheirOwn() {
		on(this.redis).run((context) -> {
			context.getBean(StringRedisTemplate.class).opsForValue().set("key", "value");
			locks(context).acquire(SPEC);
			assertThat(clients(this.redis)).extracting((client) -> value(client, "cmd"))
				.containsExactlyInAnyOrder("set", "eval");
			context.getBean(StringRedisTemplate.class).opsForValue().get("key");
			assertThat(clients(this.redis)).extracting((client) -> value(client, "cmd"))
				.containsExactlyInAnyOrder("get", "eval");
		});
	}

	@Test
	void locksAreInTheDatabase() {
		on(this.redis).withPropertyValues("spring.data.redis.database=5").run((context) -> {
			locks(context).acquire(SPEC);
			assertThat(this.redis.cli("EXISTS", "lock:{k}")).isEqualTo(0L);
			assertThat(existsIn("5")).isTrue();
		});
	}

	@Test
	void connectionHasTheClientName() {
		on(this.redis).withPropertyValues("spring.data.redis.client-name=orders").run((context) -> {
			locks(context).acquire(SPEC);
			assertThat(clients(this.redis)).singleElement().satisfies((client) -> {
				assertThat(value(client, "name")).isEqualTo("orders");
				assertThat(value(client, "cmd")).isEqualTo("eval");
			});
		});
	}

	@Test
	void urlIsUnderstood() {
		try (RedisServerProcess secured = RedisServerProcess.start("--requirepass", "secret")) {
			secured.cli("ACL", "SETUSER", "orders", "on", ">pass word", "~*", "+@all");
			this.application
				.withPropertyValues(
						"spring.data.redis.url=redis://orders:pass%20word@127.0.0.1:" + secured.port() + "/5")
				.run((context) -> {
					locks(context).acquire(SPEC);
					assertThat(clients(secured)).singleElement().satisfies((client) -> {
						assertThat(value(client, "user")).isEqualTo("orders");
						assertThat(value(client, "db")).isEqualTo("5");
					});
				});
		}
	}

	@Test
	void passwordIsUsedAndAWrongOneIsAnErrorThatSaysSo() {
		try (RedisServerProcess secured = RedisServerProcess.start("--requirepass", "secret")) {
			on(secured).withPropertyValues("spring.data.redis.password=secret")
				.run((context) -> locks(context).acquire(SPEC).close());
			for (String password : List.of("wrong", "")) {
				on(secured).withPropertyValues("spring.data.redis.password=" + password)
					.run((context) -> assertThatExceptionOfType(LockStoreException.class)
						.isThrownBy(() -> locks(context).acquire(SPEC))
						.isNotInstanceOf(LockStoreUnavailableException.class)
						.withMessageContaining("Check the user name and password")
						.withMessageNotContaining("wrong"));
			}
		}
	}

	@Test
	void tooManyClientsPass() {
		try (RedisServerProcess full = RedisServerProcess.start(); RespClient only = new RespClient(full)) {
			only.call("CONFIG", "SET", "maxclients", "1");
			on(full).run((context) -> {
				assertThatExceptionOfType(LockStoreUnavailableException.class)
					.isThrownBy(() -> locks(context).acquire(SPEC.withWaitTime(Duration.ofMillis(500))));
				only.call("CONFIG", "SET", "maxclients", "10");
				locks(context).acquire(SPEC);
			});
		}
	}

	@Test
	void exhaustedPoolOfTheApplicationDoesNotConcernLocks() {
		on(this.redis)
			.withPropertyValues("spring.data.redis.lettuce.pool.max-active=2",
					"spring.data.redis.lettuce.pool.max-wait=10ms")
			.run((context) -> {
				// The other one is shared by what needs none of its own
				try (RedisConnection last = context.getBean(LettuceConnectionFactory.class).getConnection()) {
					last.multi();
					try (RedisConnection another = context.getBean(LettuceConnectionFactory.class).getConnection()) {
						assertThatException().isThrownBy(another::multi).withCauseInstanceOf(PoolException.class);
					}
					acquireMany(context);
				}
			});
	}

	@Test
	void locksShareOneConnectionEvenWhenTheApplicationSharesNone() {
		on(this.redis)
			.withBean("noSharing", BeanPostProcessor.class, RedisOptionsIntegrationTests::shareNoNativeConnection)
			.run((context) -> {
				acquireMany(context);
				assertThat(context.getBean(LettuceConnectionFactory.class).getShareNativeConnection()).isFalse();
				assertThat(clients(this.redis)).hasSize(1);
			});
	}

	@Test
	void locksAreAskedOfTheMasterWhenTheApplicationReadsFromReplicas() {
		try (ReplicatedRedis replicated = ReplicatedRedis.start()) {
			this.application
				.withPropertyValues(
						"spring.data.redis.masterreplica.nodes=127.0.0.1:%d,127.0.0.1:%d"
							.formatted(replicated.replica().port(), replicated.master().port()),
						"spring.data.redis.lettuce.read-from=replica-preferred")
				.run((context) -> {
					context.getBean(StringRedisTemplate.class).opsForValue().get("key");
					acquireMany(context);
					assertThat(replicated.replica().commandCalls()).containsKey("get")
						.doesNotContainKeys("evalsha", "eval");
					assertThat(replicated.master().commandCalls()).containsKey("evalsha");
				});
		}
	}

	@Test
	void commandTimesOutWhenTheApplicationSaysAndIsSentAgain() {
		try (FaultProxy proxy = new FaultProxy(this.redis)) {
			on(proxy).withPropertyValues("spring.data.redis.timeout=100ms").run((context) -> {
				locks(context).acquire(SPEC).close();
				this.redis.resetStats();
				proxy.dropReplies();
				assertThatExceptionOfType(LockStoreUnavailableException.class)
					.isThrownBy(() -> locks(context).acquire(SPEC.withWaitTime(Duration.ofSeconds(1))));
				assertThat(this.redis.commandCalls().get("evalsha")).isGreaterThanOrEqualTo(3);
				proxy.pass();
			});
		}
	}

	@Test
	void attemptToConnectTimesOutWhenTheApplicationSays() throws IOException {
		try (FullServer server = new FullServer()) {
			on(server).withPropertyValues("spring.data.redis.connect-timeout=200ms")
				.run((context) -> assertThatExceptionOfType(LockStoreUnavailableException.class)
					.isThrownBy(() -> locks(context).acquire(SPEC.withWaitTime(Duration.ofSeconds(1))))
					.withRootCauseInstanceOf(ConnectTimeoutException.class));
		}
	}

	private ApplicationContextRunner on(RedisEndpoint redis) {
		return this.application.withPropertyValues("spring.data.redis.host=" + redis.host(),
				"spring.data.redis.port=" + redis.port());
	}

	private static LockOperations locks(ApplicationContext context) {
		return context.getBean(LockOperations.class);
	}

	private static void acquireMany(ApplicationContext context) {
		List<LockLease> leases = IntStream.range(0, 20)
			.mapToObj((i) -> locks(context).acquire(LockSpec.of("key-" + i)))
			.toList();
		assertThat(leases).allMatch(LockLease::isHeld);
		leases.forEach(LockLease::close);
	}

	private static BeanPostProcessor shareNoNativeConnection() {
		return new BeanPostProcessor() {

			@Override
			public Object postProcessBeforeInitialization(Object bean, String beanName) {
				if (bean instanceof LettuceConnectionFactory connectionFactory) {
					connectionFactory.setShareNativeConnection(false);
				}
				return bean;
			}

		};
	}

	private boolean existsIn(String database) {
		try (RespClient client = new RespClient(this.redis)) {
			client.call("SELECT", database);
			return Long.valueOf(1).equals(client.call("EXISTS", "lock:{k}"));
		}
	}

	/**
	 * Return a line for each client of a server but the one that asks.
	 */
	private static List<String> clients(RedisServerProcess server) {
		return ((String) server.cli("CLIENT", "LIST")).lines()
			.filter((client) -> !value(client, "cmd").startsWith("client"))
			.toList();
	}

	private static String value(String client, String name) {
		for (String field : client.split(" ")) {
			if (field.startsWith(name + "=")) {
				return field.substring(name.length() + 1);
			}
		}
		return "";
	}

	/**
	 * A server whose queue of connections is full, so that connecting to it hangs.
	 */
	private static final class FullServer implements RedisEndpoint, AutoCloseable {

		private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK));

		private final List<Socket> clients = new ArrayList<>();

		FullServer() throws IOException {
			for (int i = 0; i < 3; i++) {
				Socket client = new Socket();
				this.clients.add(client);
				try {
					client.connect(this.server.getLocalSocketAddress(), 100);
				}
				catch (IOException ex) {
					return;
				}
			}
		}

		@Override
		public String host() {
			return LOOPBACK;
		}

		@Override
		public int port() {
			return this.server.getLocalPort();
		}

		@Override
		public void close() throws IOException {
			for (Socket client : this.clients) {
				client.close();
			}
			this.server.close();
		}

	}

}
