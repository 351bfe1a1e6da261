package io.distributedlock.redis;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.RedisClusterProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.lettuce.core.resource.ClientResources;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The nodes of a Cluster forward what is published to one another.
 */
@Timeout(60)
class ClusterHandOverIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("k")
		.withTtl(Duration.ofSeconds(3))
		.withRenew(true)
		.withWaitTime(Duration.ofSeconds(20));

	private static final Predicate<String> SUBSCRIBE = (request) -> request.regionMatches(true, 0, "SUBSCRIBE", 0, 9);

	private static RedisClusterProcess cluster;

	private static RedisServerProcess node;

	private static FaultProxy network;

	private static ClientResources resources;

	private static TestStores stores;

	private RedisLockTemplate holder;

	private RedisLockTemplate first;

	private RedisLockTemplate second;

	@BeforeAll
	static void startCluster() {
		cluster = RedisClusterProcess.start();
		node = cluster.masterOf("{k}");
		network = new FaultProxy(node);
		resources = TestStores.through(network, node);
		stores = new TestStores();
	}

	@AfterAll
	static void stopCluster() {
		stores.close();
		resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
		network.close();
		cluster.close();
	}

	@BeforeEach
	void start() {
		this.holder = start("holder", (client) -> {
		});
		this.first = start("first", (client) -> client.clientResources(resources));
		this.second = start("second", (client) -> {
		});
	}

	@AfterEach
	void stop() {
		network.pass();
		List.of(this.second, this.first, this.holder).forEach(RedisLockTemplate::stop);
	}

	/**
	 * The node of the lock sees nobody listen for the first waiter, and gives the lock to
	 * the second one. Other nodes would forward the grant of the first.
	 */
	@Test
	void waiterThatIsPassedOverBecauseItListensOnOtherNodesOnlyDoesNotEnter() throws Exception {
		LockLease held = this.holder.acquire(SPEC);
		CompletableFuture<LockLease> passedOver = this.first.acquireAsync(SPEC);
		awaitQueued(1);
		CompletableFuture<LockLease> next = this.second.acquireAsync(SPEC);
		awaitQueued(2);
		awaitListeners(2);
		network.cutWhen(SUBSCRIBE);
		network.reset(SUBSCRIBE);
		awaitListeners(1);
		held.close();
		LockLease lease = next.get(10, TimeUnit.SECONDS);
		Awaitility.await()
			.during(Duration.ofMillis(500))
			.atMost(Duration.ofSeconds(10))
			.until(() -> lease.isHeld() && !passedOver.isDone());
		lease.close();
		LockLease last = passedOver.get(15, TimeUnit.SECONDS);
		assertThat(last.fencingToken()).isGreaterThan(lease.fencingToken());
		last.close();
	}

	/**
	 * Its first grant there is lost, so it has to ask again, which costs it a third of
	 * its time to live, but once only.
	 */
	@Test
	void nodeThatCouldNotBeSubscribedAtFirstIsSubscribedLater() throws Exception {
		network.cutWhen(SUBSCRIBE);
		LockLease held = this.holder.acquire(SPEC);
		CompletableFuture<LockLease> waiter = this.first.acquireAsync(SPEC);
		awaitQueued(1);
		awaitListeners(0);
		network.pass();
		held.close();
		waiter.get(15, TimeUnit.SECONDS).close();
		awaitListeners(1);
		LockSpec rarelyAsking = SPEC.withTtl(Duration.ofSeconds(60));
		LockLease again = this.holder.acquire(rarelyAsking);
		CompletableFuture<LockLease> toldAtOnce = this.first.acquireAsync(rarelyAsking);
		awaitQueued(1);
		again.close();
		toldAtOnce.get(15, TimeUnit.SECONDS).close();
	}

	@Test
	void nodeThatDoesNotAnswerDoesNotKeepAnybodyFromWaitingOnOthers() throws Exception {
		RedisServerProcess another = cluster.masterOf("{a}");
		assertThat(another).isNotEqualTo(node);
		LockSpec rarelyAsking = SPEC.withKey("a").withTtl(Duration.ofSeconds(60));
		LockLease held = this.holder.acquire(rarelyAsking);
		network.freeze();
		CompletableFuture<LockLease> waiter = this.first.acquireAsync(rarelyAsking);
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> Long.valueOf(1).equals(another.cli("LLEN", "lock:{a}:queue")));
		held.close();
		waiter.get(15, TimeUnit.SECONDS).close();
	}

	private static void awaitQueued(long count) {
		Awaitility.await().until(() -> Long.valueOf(count).equals(node.cli("LLEN", "lock:{k}:queue")));
	}

	private static void awaitListeners(int count) {
		Awaitility.await()
			.until(() -> ((List<?>) Objects.requireNonNull(node.cli("PUBSUB", "CHANNELS", "lock:grants:*"))).stream()
				.filter((channel) -> !channel.toString().contains("holder"))
				.count() == count);
	}

	private static RedisLockTemplate start(String name, Consumer<LettuceClientConfigurationBuilder> customizer) {
		RedisLockTemplate template = new RedisLockTemplate(
				TestStores.store(stores.application(TestStores.cluster(cluster), customizer)),
				new LockSettings(name, Duration.ofSeconds(30), Duration.ofSeconds(5), true, ReleaseMode.SYNC,
						Duration.ofMillis(500), Duration.ofSeconds(1), 32));
		template.start();
		return template;
	}

}
