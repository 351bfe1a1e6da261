package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.StoreStatus;
import io.distributedlock.testsupport.FencingOracle;
import io.distributedlock.testsupport.RedisServerProcess;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What is on the wire and on the nodes, seen by an independent client, and what the store
 * says of the nodes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class RedlockLockStoreIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("42").withTtl(Duration.ofSeconds(10)).withWaitTime(Duration.ZERO);

	private static final LockSpec PATIENT = SPEC.withWaitTime(Duration.ofSeconds(10));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private RedlockServers nodes;

	private RedlockLockStore store;

	private LockTemplate template;

	@BeforeAll
	void startNodes() {
		this.nodes = RedlockServers.start(3);
	}

	@AfterAll
	void stopNodes() {
		this.threads.shutdownNow();
		this.nodes.close();
	}

	@BeforeEach
	void start() {
		this.nodes.all().forEach(RedisServerProcess::flushAll);
		this.store = this.nodes.proxiedStore(RedlockServers.settings());
		this.template = RedlockServers.template(this.store);
		this.template.start();
	}

	@AfterEach
	void stop() {
		this.nodes.heal();
		this.template.stop();
	}

	@Test
	void lockIsTheSamePlainStringWithExpiryOnEveryNode() {
		LockLease lease = this.template.acquire(SPEC);
		await().untilAsserted(() -> assertThat(this.nodes.all()).allSatisfy((node) -> {
			assertThat((String) node.cli("GET", "lock:{42}"))
				.matches("test@.+/%d:[\\w-]{22}#\\w+".formatted(ProcessHandle.current().pid()));
			assertThat((Long) node.cli("PTTL", "lock:{42}")).isBetween(5_000L, 10_000L);
			assertThat(node.cli("GET", "lock:{42}:fence"))
				.isEqualTo(Long.toString(lease.fencingToken() + LockStore.TOKENS_PER_GRANT - 1));
			assertThat((Long) node.cli("PTTL", "lock:{42}:fence")).isBetween(50_000L, 60_000L);
			assertThat(node.dbSize()).isEqualTo(2);
		}));
		assertThat(this.nodes.all().stream().map((node) -> node.cli("GET", "lock:{42}")).distinct()).hasSize(1);
		lease.close();
		await().untilAsserted(() -> assertThat(this.nodes.lockKeys()).isEmpty());
	}

	@Test
	void acquisitionAndReleaseAreTwoCommandsOnEachNodeAndNothingIsPublished() {
		this.template.acquire(SPEC).close();
		this.nodes.all().forEach(RedisServerProcess::resetStats);
		for (int i = 0; i < 100; i++) {
			this.template.acquire(LockSpec.of("pair-" + i)).close();
		}
		await().untilAsserted(() -> assertThat(this.nodes.all()).allSatisfy((node) -> {
			Map<String, Long> calls = node.commandCalls();
			assertThat(calls.get("evalsha")).isEqualTo(200);
			assertThat(calls).doesNotContainKeys("eval", "publish", "subscribe", "zadd", "script");
		}));
	}

	@Test
	void lockBusyElsewhereCostsOneCommandOnEachNode() {
		LockTemplate other = RedlockServers.template(this.nodes.store());
		try {
			LockLease held = other.acquire(PATIENT.withTtl(Duration.ofMinutes(2)));
			awaitLockedOnEveryNode();
			assertThat(this.template.tryAcquire(SPEC)).isEmpty();
			this.nodes.all().forEach(RedisServerProcess::resetStats);
			for (int i = 0; i < 50; i++) {
				assertThat(this.template.tryAcquire(SPEC)).isEmpty();
			}
			await().untilAsserted(() -> assertThat(this.nodes.all())
				.allSatisfy((node) -> assertThat(node.commandCalls().get("evalsha")).isEqualTo(50)));
			held.close();
		}
		finally {
			other.stop();
		}
	}

	@Test
	void redlockOfAnotherProgramExcludesUsAndIsExcluded() {
		this.nodes.all().forEach((node) -> node.cli("SET", "lock:{42}", "x", "NX", "PX", "1000"));
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.template.acquire(SPEC))
			.withMessageContaining("another program")
			.withMessageContaining("'42'");
		assertThat(this.nodes.all()).allSatisfy((node) -> assertThat(node.cli("GET", "lock:{42}")).isEqualTo("x"));
		long start = System.nanoTime();
		LockLease lease = this.template.acquire(PATIENT);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
		awaitLockedOnEveryNode();
		assertThat(this.nodes.all())
			.allSatisfy((node) -> assertThat(node.cli("SET", "lock:{42}", "x", "NX", "PX", "5000")).isNull());
		lease.close();
		await().untilAsserted(() -> assertThat(this.nodes.lockKeys()).isEmpty());
		assertThat(this.nodes.all())
			.allSatisfy((node) -> assertThat(node.cli("SET", "lock:{42}", "x", "NX", "PX", "5000")).isEqualTo("OK"));
	}

	@Test
	void majorityOfAnotherProgramExcludesUsAndItsMinorityDoesNot() {
		this.nodes.server(0).cli("SET", "lock:{42}", "x", "NX", "PX", "10000");
		LockLease lease = this.template.acquire(SPEC);
		assertThat(lease.isHeld()).isTrue();
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		this.nodes.server(1).cli("SET", "lock:{42}", "x", "NX", "PX", "10000");
		assertThat(this.template.tryAcquire(SPEC)).isEmpty();
		await().untilAsserted(() -> assertThat(this.nodes.server(2).cli("EXISTS", "lock:{42}")).isEqualTo(0L));
		assertThat(this.nodes.server(0).cli("GET", "lock:{42}")).isEqualTo("x");
	}

	@Test
	void scriptsThatNodesHaveForgottenAreSentAgain() {
		LockLease lease = this.template.acquire(SPEC.withTtl(Duration.ofMillis(900)));
		this.nodes.all().forEach((node) -> node.cli("SCRIPT", "FLUSH"));
		await().during(Duration.ofMillis(1200)).until(lease::isHeld);
		this.nodes.all().forEach((node) -> node.cli("SCRIPT", "FLUSH"));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		this.template.acquire(SPEC).close();
		await().untilAsserted(() -> assertThat(this.nodes.lockKeys()).isEmpty());
	}

	@Test
	void tokensRiseWhateverTheClocksOfTheInstancesSay() {
		AtomicLong clock = new AtomicLong(2_000_000_000_000_000L);
		LockTemplate ahead = RedlockServers.template(store(() -> clock.get() + 3_600_000_000L));
		LockTemplate behind = RedlockServers.template(store(() -> clock.get() - 3_600_000_000L));
		FencingOracle tokens = new FencingOracle();
		try {
			for (int i = 0; i < 30; i++) {
				for (LockTemplate each : List.of(ahead, behind, behind, ahead)) {
					try (LockLease lease = each.acquire(PATIENT)) {
						tokens.enter(lease.fencingToken());
					}
				}
				// A step back, too
				clock.addAndGet((i % 2 != 0) ? -10_000_000 : 1_000_000);
			}
		}
		finally {
			ahead.stop();
			behind.stop();
		}
		assertThat(tokens.entries()).isEqualTo(120);
		assertThat(tokens.lastToken()).as("does not run away").isLessThan(2_003_700_000_000_000L);
	}

	@Test
	void tokensRiseWhenMajoritiesDiffer() {
		FencingOracle tokens = new FencingOracle();
		for (int i = 0; i < 12; i++) {
			this.nodes.proxy(i % 3).dropRequests();
			try (LockLease lease = this.template.acquire(PATIENT)) {
				tokens.enter(lease.fencingToken());
			}
			this.nodes.proxy(i % 3).pass();
			await().until(() -> this.store.quorumMargin() == 1);
		}
	}

	@Test
	void clockSkewOfTheNodesIsMeasuredAndTooMuchOfItIsAWarning(CapturedOutput output) {
		WallClock system = WallClock.system();
		RedlockLockStore late = store(() -> system.micros() - 7_000_000);
		LockTemplate lateTemplate = RedlockServers.template(late);
		try {
			lateTemplate.acquire(PATIENT).close();
			await().untilAsserted(() -> assertThat(late.nodes()).allSatisfy((node) -> assertThat(node.clockSkew())
				.isBetween(Duration.ofMillis(6500), Duration.ofMillis(7500))));
			await().untilAsserted(() -> assertThat(this.store.nodes()).allSatisfy(
					(node) -> assertThat(node.clockSkew()).isBetween(Duration.ofMillis(-500), Duration.ofMillis(500))));
			String node = this.nodes.server(0).host() + ":" + this.nodes.server(0).port();
			assertThat(output).containsOnlyOnce("The clock of Redlock node " + node).contains("ms ahead of that");
		}
		finally {
			lateTemplate.stop();
		}
	}

	@Test
	void statesOfTheNodesAndTheMarginAreKnown() {
		assertThat(this.store.quorumMargin()).isEqualTo(1);
		await().untilAsserted(() -> assertThat(this.store.nodes()).hasSize(3).allSatisfy((node) -> {
			assertThat(node.state()).isEqualTo(RedlockNode.State.UP);
			assertThat(node.roundTrip()).isPositive();
			assertThat(node.quarantine()).isZero();
			assertThat(node.problem()).isNull();
		}));
		assertThat(this.store.nodes()).extracting(RedlockNode::address)
			.containsExactly("127.0.0.1:" + this.nodes.proxy(0).port(), "127.0.0.1:" + this.nodes.proxy(1).port(),
					"127.0.0.1:" + this.nodes.proxy(2).port());
		this.nodes.proxy(0).delayReplies(Duration.ofMillis(800));
		await().until(() -> state(0) == RedlockNode.State.SLOW);
		this.nodes.server(1).pause();
		await().until(() -> state(1) == RedlockNode.State.DOWN);
		assertThat(this.store.nodes().get(1).problem()).isEqualTo("no answer");
		assertThat(this.store.quorumMargin()).isZero();
		this.nodes.server(2).kill();
		await().until(() -> state(2) == RedlockNode.State.DOWN);
		assertThat(this.store.quorumMargin()).isEqualTo(-1);
		this.nodes.heal();
		await().until(() -> this.store.nodes().stream().allMatch((node) -> node.state() == RedlockNode.State.UP));
		this.template.stop();
		assertThat(this.store.nodes()).isEmpty();
	}

	@Test
	void nodeThatMayEvictLocksIsOneWarningHoweverOftenItConnectsAndADetail(CapturedOutput output) {
		RedisServerProcess careless = this.nodes.server(1);
		careless.cli("CONFIG", "SET", "maxmemory", "1gb");
		careless.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
		try {
			for (int i = 0; i < 2; i++) {
				this.nodes.proxy(1).refuse();
				this.nodes.proxy(1).reset();
				await().until(() -> state(1) == RedlockNode.State.DOWN);
				this.nodes.proxy(1).pass();
				await().until(() -> state(1) == RedlockNode.State.UP);
			}
			String node = "127.0.0.1:" + this.nodes.proxy(1).port();
			assertThat(output).containsOnlyOnce("may remove locks when its memory is full")
				.contains("Redlock node %s may remove locks when its memory is full, as its 'maxmemory-policy' is "
					.formatted(node) + "'allkeys-lru'. Set it to 'noeviction'");
			StoreStatus status = this.store.status().toCompletableFuture().join();
			assertThat(status.details().get("nodes")).asInstanceOf(InstanceOfAssertFactories.LIST)
				.extracting("evictionPolicy")
				.containsExactly("noeviction", "allkeys-lru", "noeviction");
			assertThat(status.warnings()).singleElement().asString().startsWith("Node " + node);
		}
		finally {
			careless.cli("CONFIG", "SET", "maxmemory-policy", "noeviction");
			careless.cli("CONFIG", "SET", "maxmemory", "0");
		}
	}

	private RedlockNode.State state(int node) {
		return this.store.nodes().get(node).state();
	}

	/**
	 * Who asks while the nodes are being asked would count the lease from a question that
	 * was asked after the lease had begun.
	 */
	@Test
	void grantIsToldOnlyToTheQuestionThatWasAskedBeforeTheLeaseBegan() throws Exception {
		LeaseRequest request = new LeaseRequest("42", "test@host/1:random#1", Duration.ofSeconds(10));
		this.nodes.proxy(1).delayReplies(Duration.ofMillis(200));
		this.nodes.proxy(2).delayReplies(Duration.ofMillis(200));
		List<AcquireReply> replies = Collections.synchronizedList(new ArrayList<>());
		CompletionStage<?> first = this.store.acquire(request, false).thenAccept(replies::add);
		CompletionStage<?> second = this.store.acquire(request, false).thenAccept(replies::add);
		CompletableFuture.allOf(first.toCompletableFuture(), second.toCompletableFuture()).get(5, TimeUnit.SECONDS);
		assertThat(replies.get(0)).isInstanceOf(AcquireReply.Granted.class);
		assertThat(replies.get(1)).isInstanceOfSatisfying(AcquireReply.Busy.class,
				(busy) -> assertThat(busy.remaining()).as("when to ask again").isZero());
		assertThat(this.store.acquire(request, false).toCompletableFuture().get(5, TimeUnit.SECONDS))
			.isEqualTo(replies.get(0));
	}

	@Test
	void timeToLiveAboveTheLongestIsRefused() {
		LockSpec tooLong = SPEC.withTtl(Duration.ofMinutes(3));
		assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> this.template.acquire(tooLong))
			.isNotInstanceOf(LockStoreUnavailableException.class)
			.withMessageContaining("'42'")
			.withMessageContaining("'distributed-lock.redlock.max-ttl'");
		LockLease lease = this.template.acquire(SPEC);
		assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> lease.extend(Duration.ofMinutes(3)))
			.withMessageContaining("'distributed-lock.redlock.max-ttl'");
		assertThat(lease.extend(Duration.ofMinutes(2))).isTrue();
	}

	@Test
	void nodesThatAreTheSameServerStopTheStart() {
		RedlockLockStore twice = RedlockServers
			.store(List.of(this.nodes.server(0), this.nodes.server(1), this.nodes.proxy(0)), RedlockServers.settings());
		LockTemplate invalid = RedlockServers.template(twice);
		assertThatExceptionOfType(InvalidLockStoreException.class).isThrownBy(invalid::start)
			.withMessageContaining("are the same Redis server")
			.withMessageContaining("127.0.0.1:" + this.nodes.server(0).port())
			.withMessageContaining("127.0.0.1:" + this.nodes.proxy(0).port());
		assertThat(invalid.isRunning()).isFalse();
	}

	@Test
	void nodesMustBeAnOddNumberOfDifferentAddresses() {
		RedlockServer one = RedlockServer.of("redis://one");
		RedlockServer two = RedlockServer.of("redis://two");
		RedlockServer three = RedlockServer.of("redis://secret@three");
		RedlockServer four = RedlockServer.of("redis://four");
		RedlockSettings settings = RedlockSettings.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> new RedlockLockStore(List.of(one), settings));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new RedlockLockStore(List.of(one, two, three, four), settings));
		assertThatIllegalArgumentException().isThrownBy(() -> new RedlockLockStore(List.of(one, two, one), settings))
			.withMessageContaining("one:6379 twice");
		assertThat(new RedlockLockStore(List.of(one, two, three), settings).nodes()).isEmpty();
	}

	/**
	 * A server that started just before a full second of the clock says right after it
	 * that it has been up for one.
	 */
	@Test
	void restartedNodeDoesNotVoteForTheLongestTtlHoweverItsUptimeIsRounded() {
		RedlockLockStore forgetful = this.nodes.proxiedStore(RedlockServers.forgetful(Duration.ofSeconds(2)));
		LockTemplate other = RedlockServers.template(forgetful);
		other.start();
		try {
			this.nodes.proxy(0).refuse();
			this.nodes.proxy(0).reset();
			await().until(() -> System.currentTimeMillis() % 1000 > 800);
			long start = System.nanoTime();
			this.nodes.server(0).restart();
			await().until(() -> "1".equals(this.nodes.server(0).info("server").get("uptime_in_seconds")));
			this.nodes.proxy(0).pass();
			await().until(() -> forgetful.nodes().get(0).state() == RedlockNode.State.UP);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
		}
		finally {
			other.stop();
		}
	}

	@Test
	void startsWithoutAMinorityAndUsesItWhenItIsThere() {
		this.template.stop();
		this.nodes.server(0).kill();
		this.template.start();
		assertThat(this.store.quorumMargin()).isZero();
		this.template.acquire(SPEC).close();
		this.nodes.heal();
		await().until(() -> this.store.quorumMargin() == 1);
	}

	@Test
	void worksWithoutARestartWhenNoNodeWasThereAtTheStart() {
		this.template.stop();
		this.nodes.all().forEach(RedisServerProcess::kill);
		this.template.start();
		assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(() -> this.template.acquire(SPEC))
			.withMessageContaining("quorum not reached")
			.withMessageContaining("Connection reset");
		this.nodes.heal();
		this.template.acquire(PATIENT).close();
	}

	@Test
	void waiterIsToldThoughOneNodeDoesNotPublish() throws Exception {
		LockTemplate other = RedlockServers.template(this.nodes.store());
		try {
			LockSpec spec = LockSpec.of("told").withTtl(Duration.ofSeconds(60)).withWaitTime(Duration.ofSeconds(20));
			other.acquire(spec).close();
			for (int i = 0; i < 6; i++) {
				LockLease held = other.acquire(spec);
				Future<LockLease> waiter = this.threads.submit(() -> this.template.acquire(spec));
				Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> !waiter.isDone());
				this.nodes.proxy(i % 3).reset((request) -> request.startsWith("SUBSCRIBE"));
				held.close();
				waiter.get(2, TimeUnit.SECONDS).close();
			}
		}
		finally {
			other.stop();
		}
	}

	private void awaitLockedOnEveryNode() {
		await().until(() -> this.nodes.all().stream().allMatch((node) -> node.cli("EXISTS", "lock:{42}").equals(1L)));
	}

	private RedlockLockStore store(WallClock clock) {
		return new RedlockLockStore(this.nodes.all().stream().map((node) -> RedlockServer.of(node.uri())).toList(),
				RedlockServers.settings(), clock);
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(20));
	}

}
