package io.distributedlock.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.RenewReply;
import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.NetworkFault;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * One master of a Cluster cannot be reached from here, the others can.
 */
@Timeout(60)
class ClusterOutageIntegrationTests {

	private static final Duration TTL = Duration.ofSeconds(3);

	/**
	 * A sixth of it is how long to wait for a master.
	 */
	private static final Duration LONG_TTL = Duration.ofSeconds(9);

	private static RedisClusterProcess cluster;

	private static FaultProxy network;

	private static ClientResources resources;

	private static TestStores stores;

	private static LeaseRequest unreachable;

	private static LeaseRequest healthy;

	private RedisLockStore store;

	@BeforeAll
	static void startCluster() {
		cluster = RedisClusterProcess.start();
		// Not the first node, which tells of the others
		RedisServerProcess node = cluster.nodes().get(1);
		network = new FaultProxy(node);
		resources = TestStores.through(network, node);
		stores = new TestStores();
		unreachable = requestOn(node, 1);
		healthy = requestOn(cluster.nodes().get(2), 1);
	}

	@AfterAll
	static void stopCluster() {
		stores.close();
		resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
		network.close();
		cluster.close();
	}

	@BeforeEach
	void start() throws Exception {
		this.store = stores.store(TestStores.cluster(cluster), (client) -> client.clientResources(resources));
		get(this.store.start("here", mock(GrantListener.class)));
		for (LeaseRequest request : List.of(unreachable, healthy)) {
			assertThat(get(this.store.acquire(request, false))).isInstanceOf(AcquireReply.Granted.class);
		}
	}

	@AfterEach
	void stop() {
		network.pass();
		this.store.stop();
		cluster.nodes().forEach(RedisServerProcess::flushAll);
	}

	/**
	 * A connection on which nothing comes is closed after five seconds, which fails what
	 * is under way.
	 */
	@ParameterizedTest
	@EnumSource(value = NetworkFault.class, names = { "CUT", "PARTITIONED" })
	void renewalsAreConfirmedByTheMastersThatAnswer(NetworkFault fault) throws Exception {
		fault.inject(network);
		assertThat(get(this.store.renew(List.of(unreachable, healthy)))).containsExactly(RenewReply.UNKNOWN,
				RenewReply.RENEWED);
		network.pass();
		Awaitility.await()
			.ignoreExceptions()
			.until(() -> get(this.store.renew(List.of(unreachable, healthy))).get(0) != RenewReply.UNKNOWN);
	}

	@ParameterizedTest
	@EnumSource(value = NetworkFault.class, names = { "CUT", "PARTITIONED" })
	void questionsAreAnsweredByTheMastersThatAnswer(NetworkFault fault) throws Exception {
		fault.inject(network);
		List<AcquireReply> replies = get(this.store.recheck(List.of(unreachable, healthy)));
		assertThat(replies).satisfiesExactly(
				(reply) -> assertThat(reply).isInstanceOfSatisfying(AcquireReply.Failed.class,
						(failed) -> assertThat(failed.failure()).isInstanceOf(LockStoreUnavailableException.class)),
				(reply) -> assertThat(reply).isInstanceOf(AcquireReply.Granted.class));
	}

	@Test
	void renewalFailsWithTheReasonWhenNoMasterAnswers() {
		LeaseRequest another = requestOn(cluster.nodes().get(1), 2);
		network.freeze();
		CompletionStage<List<RenewReply>> renewal = this.store.renew(List.of(unreachable, another));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> get(renewal))
			.havingCause()
			.isInstanceOf(LockStoreUnavailableException.class)
			.withMessageContaining("A node of the Cluster has not answered in time");
	}

	@Test
	void leaseOnAHealthyMasterIsKeptWhileAnotherMasterHangs() {
		RedisLockTemplate template = new RedisLockTemplate(
				stores.store(TestStores.cluster(cluster), (client) -> client.clientResources(resources)),
				LockSettings.defaults());
		template.start();
		try {
			List<LockLease> kept = acquire(template, cluster.nodes().get(2));
			List<LockLease> lost = acquire(template, cluster.nodes().get(1));
			network.freeze();
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> lost.stream().noneMatch(LockLease::isHeld));
			Awaitility.await()
				.during(TTL.dividedBy(2))
				.atMost(Duration.ofSeconds(20))
				.until(() -> kept.stream().allMatch(LockLease::isHeld));
		}
		finally {
			network.pass();
			template.stop();
		}
	}

	/**
	 * Acquire some, so that one batch renews locks of different masters.
	 */
	private static List<LockLease> acquire(RedisLockTemplate template, RedisServerProcess node) {
		return IntStream.range(10, 30)
			.mapToObj((number) -> template.acquire(LockSpec.of(requestOn(node, number).key()).withTtl(TTL)))
			.toList();
	}

	private static LeaseRequest requestOn(RedisServerProcess node, int number) {
		String key = IntStream.range(0, 1000)
			.mapToObj((i) -> number + "-" + i)
			.filter((candidate) -> cluster.masterOf("{" + candidate + "}").equals(node))
			.findFirst()
			.orElseThrow();
		return new LeaseRequest(key, "here#" + number, LONG_TTL);
	}

	private static <T> T get(CompletionStage<T> stage) throws Exception {
		return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
	}

}
