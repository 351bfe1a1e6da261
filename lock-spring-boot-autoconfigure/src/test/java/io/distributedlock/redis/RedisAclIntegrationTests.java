package io.distributedlock.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisClusterProcess;
import io.distributedlock.testsupport.RedisSentinelProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.ReplicatedRedis;
import io.distributedlock.testsupport.SharedRedis;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * The Redis user for locks that the README recommends can do all they need, and no less
 * will do.
 */
@ExtendWith(OutputCaptureExtension.class)
@RedisServerTest
@Timeout(60)
class RedisAclIntegrationTests {

	@SharedRedis
	private RedisServerProcess redis;

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(DataRedisAutoConfiguration.class, DistributedLockAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.username=locks", "spring.data.redis.password=secret");

	static List<String> lockingCommands() {
		return ReadmeUser.lockingCommands();
	}

	static List<String> operatingCommands() {
		return ReadmeUser.operatingCommands();
	}

	@Test
	void recommendedUserCanDoAllThatLocksNeed() {
		ReadmeUser.create(this.redis);
		this.redis.cli("SET", "lock:{k}", "another program", "PX", "300");
		on(this.redis).run(RedisAclIntegrationTests::useLocks);
	}

	@ParameterizedTest
	@MethodSource("lockingCommands")
	void withoutACommandTheErrorSaysWhatToGrant(String command, CapturedOutput output) throws IOException {
		ReadmeUser.create(this.redis, command.replace('+', '-'));
		on(this.redis).run((context) -> {
			switch (command) {
				case "+del", "+lrem" -> {
					// A release throws nothing
					useLocks(context);
					Awaitility.await().untilAsserted(() -> assertThat(output).contains("Grant the Redis user"));
				}
				case "+publish", "+subscribe" -> {
					useLocks(context);
					assertThat(output).containsOnlyOnce("Waiters poll for their locks")
						.contains("Allow the Redis user to SUBSCRIBE and PUBLISH");
				}
				default -> assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> useLocks(context))
					.isNotInstanceOf(LockStoreUnavailableException.class)
					.withMessageContaining("Grant the Redis user");
			}
		});
	}

	@Test
	void lockingUserCanReleaseByForceAndIsToldOfIt() {
		ReadmeUser.create(this.redis);
		on(this.redis).run((context) -> {
			LockLease lease = context.getBean(LockOperations.class).acquire(LockSpec.of("k"));
			LockStore store = context.getBean(LockTemplate.class).store();
			store.listen();
			Awaitility.await()
				.until(() -> !"[]".equals(this.redis.cli("PUBSUB", "CHANNELS", "lock:grants:*").toString()));
			assertThat(join(store.forceRelease("k")).holder()).isNotNull();
			Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> !lease.isHeld());
		});
	}

	@Test
	void operatingUserCanLookAtLocks() {
		ReadmeUser.create(this.redis, ReadmeUser.operatingCommands().toArray(String[]::new));
		on(this.redis).run((context) -> {
			lookAtLocks(context);
			assertThat(join(context.getBean(LockTemplate.class).store().status()).details())
				.containsEntry("evictionPolicy", "noeviction");
		});
	}

	@ParameterizedTest
	@MethodSource("operatingCommands")
	void withoutAnOperatingCommandTheErrorSaysWhatToGrant(String command) {
		ReadmeUser.create(this.redis, ReadmeUser.operatingCommands().toArray(String[]::new));
		this.redis.cli("ACL", "SETUSER", "locks", command.replace('+', '-'));
		on(this.redis).run((context) -> {
			if (command.equals("+info")) {
				lookAtLocks(context);
				assertThat(join(context.getBean(LockTemplate.class).store().status()).details())
					.containsEntry("evictionPolicy", "unknown");
			}
			else {
				assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> lookAtLocks(context))
					.isNotInstanceOf(LockStoreUnavailableException.class)
					.withMessageContaining("Grant the Redis user");
			}
		});
	}

	private static void lookAtLocks(ApplicationContext context) {
		LockStore store = context.getBean(LockTemplate.class).store();
		try (LockLease lease = context.getBean(LockOperations.class).acquire(LockSpec.of("k"))) {
			assertThat(lease.isHeld()).isTrue();
			assertThat(join(store.inspect("k")).holder()).isNotNull();
			assertThat(join(store.scan(null, 10)).locks()).extracting(LockState::key).containsExactly("k");
		}
	}

	@Test
	void withoutTheChannelsWaitersPollAndAWarningSaysSoOnce(CapturedOutput output) throws IOException {
		ReadmeUser.create(this.redis, "resetchannels");
		on(this.redis).run((context) -> {
			useLocks(context);
			useLocks(context);
			assertThat(output).containsOnlyOnce("Waiters poll for their locks");
		});
	}

	@Test
	void otherKeysAreOutOfReach() throws IOException {
		ReadmeUser.create(this.redis);
		on(this.redis).withPropertyValues("distributed-lock.key-prefix=other:")
			.run((context) -> assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> useLocks(context))
				.isNotInstanceOf(LockStoreUnavailableException.class)
				.withMessageContaining("distributed-lock.key-prefix"));
	}

	@Test
	void databaseNeedsOneMoreCommand() throws IOException {
		ReadmeUser.create(this.redis);
		assertThatOnlyWith("+select", () -> on(this.redis).withPropertyValues("spring.data.redis.database=3")
			.run(RedisAclIntegrationTests::useLocks), this.redis);
	}

	@Test
	void clientNameNeedsNoMoreCommands() throws IOException {
		ReadmeUser.create(this.redis);
		on(this.redis).withPropertyValues("spring.data.redis.client-name=orders")
			.run(RedisAclIntegrationTests::useLocks);
	}

	@Test
	void staticMasterAndReplicaNeedOneMoreCommand() throws IOException {
		try (ReplicatedRedis replicated = ReplicatedRedis.start()) {
			ReadmeUser.create(replicated.master());
			ReadmeUser.create(replicated.replica());
			assertThatOnlyWith("+role",
					() -> this.application
						.withPropertyValues("spring.data.redis.masterreplica.nodes=127.0.0.1:%d,127.0.0.1:%d"
							.formatted(replicated.master().port(), replicated.replica().port()))
						.run(RedisAclIntegrationTests::useLocks),
					replicated.master(), replicated.replica());
		}
	}

	@Test
	void sentinelNeedsNoMoreCommands() throws IOException {
		try (RedisSentinelProcess sentinel = RedisSentinelProcess.start(1)) {
			ReadmeUser.create(sentinel.master());
			this.application
				.withPropertyValues("spring.data.redis.sentinel.master=" + RedisSentinelProcess.MASTER_NAME,
						"spring.data.redis.sentinel.nodes=127.0.0.1:" + sentinel.sentinels().get(0).port())
				.run(RedisAclIntegrationTests::useLocks);
		}
	}

	@Test
	void clusterNeedsOneMoreCommand() throws IOException {
		try (RedisClusterProcess cluster = RedisClusterProcess.start()) {
			RedisServerProcess[] nodes = cluster.nodes().toArray(RedisServerProcess[]::new);
			for (RedisServerProcess node : nodes) {
				ReadmeUser.create(node);
			}
			assertThatOnlyWith("+cluster|nodes",
					() -> this.application
						.withPropertyValues("spring.data.redis.cluster.nodes=127.0.0.1:" + nodes[0].port())
						.run(RedisAclIntegrationTests::useLocks),
					nodes);
		}
	}

	private static void assertThatOnlyWith(String rule, ThrowingCallable use, RedisServerProcess... servers)
			throws IOException {
		assertThat(Files.readString(ReadmeUser.README)).contains("`" + rule + "`");
		assertThatExceptionOfType(LockStoreException.class).isThrownBy(use)
			.isNotInstanceOf(LockStoreUnavailableException.class)
			.withMessageContaining("Grant the Redis user");
		for (RedisServerProcess server : servers) {
			server.cli("ACL", "SETUSER", "locks", rule);
		}
		assertThatNoException().isThrownBy(use);
	}

	private ApplicationContextRunner on(RedisServerProcess server) {
		return this.application.withPropertyValues("spring.data.redis.host=" + server.host(),
				"spring.data.redis.port=" + server.port());
	}

	/**
	 * Wait, hold, extend, renew, give up and hand over.
	 */
	private static void useLocks(ApplicationContext context) {
		LockOperations locks = context.getBean(LockOperations.class);
		LockSpec spec = LockSpec.of("k")
			.withTtl(Duration.ofMillis(700))
			.withWaitTime(Duration.ofSeconds(5))
			.withFair(true);
		LockLease lease = locks.acquire(spec);
		CompletableFuture<Void> waiter;
		try (lease) {
			assertThat(lease.extend(Duration.ofMillis(900))).isTrue();
			// Its cancellation is not tried for longer than its ttl
			LockSpec impatient = spec.withTtl(LockSpec.MIN_TTL).withWaitTime(Duration.ofMillis(600));
			CompletableFuture<Void> leaving = CompletableFuture
				.runAsync(() -> assertThat(locks.tryAcquire(impatient)).isEmpty());
			waiter = CompletableFuture.runAsync(() -> locks.acquire(spec).close());
			Awaitility.await().during(Duration.ofMillis(1000)).until(lease::isHeld);
			join(leaving);
		}
		join(waiter);
	}

	private static <T> T join(CompletionStage<T> task) {
		try {
			return task.toCompletableFuture().join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof LockStoreException failure) {
				throw failure;
			}
			throw ex;
		}
	}

}
