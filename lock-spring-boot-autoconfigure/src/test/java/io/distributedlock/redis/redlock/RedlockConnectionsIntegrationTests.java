package io.distributedlock.redis.redlock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.store.LockState;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.TlsProxy;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Users, passwords and TLS of nodes, as an application configures them.
 */
@Timeout(60)
class RedlockConnectionsIntegrationTests {

	private static final Path README = Path.of("..", "README.md");

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ofSeconds(5));

	private final List<RedisServerProcess> nodes = new ArrayList<>();

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, DistributedLockAutoConfiguration.class))
		.withPropertyValues("distributed-lock.redlock.nodes-persist-every-write=true",
				"distributed-lock.redlock.connect-timeout=5s");

	@BeforeEach
	void startNodes() {
		for (int i = 0; i < 3; i++) {
			this.nodes.add(RedisServerProcess.start());
		}
	}

	@AfterEach
	void stopNodes() {
		this.nodes.forEach(RedisServerProcess::close);
	}

	@Test
	void eachNodeMayHaveKeysUserAndPasswordOfItsOwn() {
		this.nodes.get(1).cli("ACL", "SETUSER", "locks", "on", ">s%cret", "~*", "&*", "+@all");
		this.nodes.get(1).cli("ACL", "SETUSER", "default", "off");
		try (TlsProxy first = new TlsProxy(this.nodes.get(0)); TlsProxy third = new TlsProxy(this.nodes.get(2))) {
			this.application.withPropertyValues(node(0, "rediss", first.port()), node(2, "redis", third.port()))
				.withPropertyValues("distributed-lock.redlock.nodes[0].ssl-bundle=first",
						"distributed-lock.redlock.nodes[1].uri=redis://127.0.0.1:" + this.nodes.get(1).port(),
						"distributed-lock.redlock.nodes[1].username=locks",
						"distributed-lock.redlock.nodes[1].password=s%cret",
						"distributed-lock.redlock.nodes[2].ssl-bundle=third")
				.withPropertyValues(bundle("first", first))
				.withPropertyValues(bundle("third", third))
				.run((context) -> {
					RedlockLockStore store = context.getBean(RedlockLockStore.class);
					await().untilAsserted(() -> assertThat(store.nodes())
						.allSatisfy((node) -> assertThat(node.state()).isEqualTo(RedlockNode.State.UP)));
					LockLease lease = context.getBean(LockOperations.class).acquire(SPEC);
					// The lock is given when two of three have voted
					await().untilAsserted(() -> {
						assertThat(this.nodes.get(0).cli("EXISTS", "lock:{k}")).isEqualTo(1L);
						assertThat(this.nodes.get(2).cli("EXISTS", "lock:{k}")).isEqualTo(1L);
					});
					assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
				});
		}
	}

	@Test
	void nodeThatIsNotTrustedHasNoVoteAndSaysWhy() {
		try (TlsProxy first = new TlsProxy(this.nodes.get(0))) {
			this.application
				.withPropertyValues(node(0, "rediss", first.port()), node(1, "redis", this.nodes.get(1).port()),
						node(2, "redis", this.nodes.get(2).port()))
				.run((context) -> {
					context.getBean(LockOperations.class).acquire(SPEC).close();
					RedlockLockStore store = context.getBean(RedlockLockStore.class);
					assertThat(store.quorumMargin()).isZero();
					assertThat(store.nodes().get(0)).satisfies((node) -> {
						assertThat(node.state()).isEqualTo(RedlockNode.State.DOWN);
						assertThat(node.problem()).contains("unable to find valid certification path");
					});
				});
		}
	}

	@Test
	void userInTheReadmeCanDoAllThatLocksNeedAndNoMore() throws IOException {
		String[] user = userInReadme();
		this.nodes.forEach((node) -> {
			node.cli(user);
			node.cli("ACL", "LOG", "RESET");
			node.cli("SET", "lock:{k}", "another program", "PX", "300");
		});
		this.application
			.withPropertyValues("distributed-lock.redlock.username=locks", "distributed-lock.redlock.password=secret")
			.withPropertyValues(node(0, "redis", this.nodes.get(0).port()), node(1, "redis", this.nodes.get(1).port()),
					node(2, "redis", this.nodes.get(2).port()))
			.run(this::useLocks);
		List<String> commands = Arrays.stream(user).filter((rule) -> rule.startsWith("+")).toList();
		assertThat(this.nodes).allSatisfy((node) -> {
			// Lettuce tries to introduce itself
			assertThat((List<?>) node.cli("ACL", "LOG"))
				.allSatisfy((denied) -> assertThat(((List<?>) denied).contains("client")).as("%s", denied).isTrue());
			assertThat(commands).allSatisfy(
					(command) -> assertThat(node.commandCalls().keySet()).as("what a user with %s has used", command)
						.anyMatch((used) -> used.replaceFirst("\\|.*", "")
							.equals(command.substring(1).replaceFirst("\\|.*", ""))));
		});
	}

	@Test
	void userInTheReadmeNeedsAFewCommandsMoreToLookAtLocks() throws IOException {
		for (RedisServerProcess node : this.nodes) {
			node.cli(userInReadme());
		}
		this.application
			.withPropertyValues("distributed-lock.redlock.username=locks", "distributed-lock.redlock.password=secret")
			.withPropertyValues(node(0, "redis", this.nodes.get(0).port()), node(1, "redis", this.nodes.get(1).port()),
					node(2, "redis", this.nodes.get(2).port()))
			.run((context) -> {
				RedlockLockStore store = context.getBean(RedlockLockStore.class);
				LockLease lease = context.getBean(LockOperations.class).acquire(SPEC);
				assertThat(store.inspect(SPEC.key())).failsWithin(Duration.ofSeconds(5));
				assertThat(store.scan(null, 10)).failsWithin(Duration.ofSeconds(5));
				String[] more = readmeLine((line) -> line.startsWith("ACL SETUSER locks +") && line.contains("+z"));
				this.nodes.forEach((node) -> node.cli(more));
				assertThat(store.scan(null, 10).toCompletableFuture().join().locks()).extracting(LockState::key)
					.containsExactly(SPEC.key());
				assertThat(store.forceRelease(SPEC.key()).toCompletableFuture().join().holder()).isNotNull();
				assertThat(store.inspect(SPEC.key()).toCompletableFuture().join().holder()).isNull();
				assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
			});
	}

	/**
	 * Wait, be told, give up, renew, and find the scripts and the lock gone.
	 */
	private void useLocks(ApplicationContext context) {
		LockOperations locks = context.getBean(LockOperations.class);
		LockSpec spec = SPEC.withTtl(Duration.ofMillis(700)).withFair(true);
		LockLease lease = locks.acquire(spec);
		CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> locks.acquire(spec).close());
		assertThat(
				CompletableFuture.supplyAsync(() -> locks.tryAcquire(spec.withWaitTime(Duration.ofMillis(300)))).join())
			.isEmpty();
		this.nodes.forEach((node) -> node.cli("SCRIPT", "FLUSH"));
		this.nodes.get(0).cli("DEL", "lock:{k}");
		await().until(() -> this.nodes.get(0).cli("EXISTS", "lock:{k}").equals(1L));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		waiter.orTimeout(5, TimeUnit.SECONDS).join();
		locks.acquire(spec).close();
	}

	private static String[] userInReadme() throws IOException {
		return readmeLine((line) -> line.startsWith("ACL SETUSER locks ") && line.contains(" &lock:hints:* "));
	}

	private static String[] readmeLine(Predicate<String> predicate) throws IOException {
		try (Stream<String> lines = Files.lines(README)) {
			return lines.filter(predicate).findFirst().orElseThrow().split(" ");
		}
	}

	private static String node(int number, String scheme, int port) {
		return "distributed-lock.redlock.nodes[%d].uri=%s://127.0.0.1:%d".formatted(number, scheme, port);
	}

	private static String[] bundle(String name, TlsProxy server) {
		String prefix = "spring.ssl.bundle.jks.%s.".formatted(name);
		return Stream.of("keystore", "truststore")
			.flatMap((store) -> Stream.of(prefix + store + ".type=PKCS12",
					prefix + store + ".password=" + TlsProxy.PASSWORD,
					prefix + store + ".location=" + server.keyStore().toUri()))
			.toArray(String[]::new);
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(10));
	}

}
