package io.distributedlock.redis.redlock;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.AcquireReply.Busy;
import io.distributedlock.store.AcquireReply.Granted;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import io.distributedlock.testsupport.RedisServerProcess;
import io.lettuce.core.SslOptions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What becomes of votes that are late, doubled, lost by their node or not given at all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class RedlockVotesIntegrationTests {

	private static final Duration DELAY = Duration.ofMillis(300);

	private static final LeaseRequest REQUEST = new LeaseRequest("k", "test@host/1:random#1", Duration.ofSeconds(20));

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ofSeconds(10));

	private RedlockServers nodes;

	private RedlockLockStore store;

	@BeforeAll
	void startNodes() {
		this.nodes = RedlockServers.start(3);
	}

	@AfterAll
	void stopNodes() {
		this.nodes.close();
	}

	@BeforeEach
	void start() {
		this.nodes.all().forEach(RedisServerProcess::flushAll);
		this.store = this.nodes.proxiedStore(RedlockServers.settings());
		await(this.store.start("test@host/1:random", new NoWaiters()));
	}

	@AfterEach
	void stop() {
		NodeFault.OUT_OF_MEMORY.heal(this.nodes, 0);
		this.nodes.heal();
		this.store.stop();
	}

	/**
	 * The lease would be taken to have begun later than on the nodes.
	 */
	@Test
	void questionIsNotAnsweredWithAGrantThatWasAskedForBefore() {
		assertThat(acquire(REQUEST)).isInstanceOf(Granted.class);
		await(this.store.release(REQUEST));
		delayAllReplies();
		CompletionStage<AcquireReply> first = this.store.acquire(REQUEST, false);
		Awaitility.await().pollDelay(DELAY.dividedBy(2)).until(() -> true);
		CompletionStage<AcquireReply> second = this.store.acquire(REQUEST, false);
		CompletionStage<AcquireReply> third = this.store.acquire(REQUEST, false);
		assertThat(await(first)).isInstanceOf(Granted.class);
		assertThat(await(second)).isInstanceOf(Busy.class);
		assertThat(await(third)).isInstanceOf(Busy.class);
		assertThat(acquire(REQUEST)).as("asked after the grant").isEqualTo(await(first));
	}

	@Test
	void questionAskedWhileTheNodesSayBusyIsAskedAgain() {
		LeaseRequest other = new LeaseRequest("k", "other@host/1:random#1", Duration.ofSeconds(20));
		assertThat(acquire(other)).isInstanceOf(Granted.class);
		delayAllReplies();
		CompletionStage<AcquireReply> first = this.store.acquire(REQUEST, false);
		CompletionStage<Boolean> release = this.store.release(other);
		CompletionStage<AcquireReply> second = this.store.acquire(REQUEST, false);
		assertThat(await(first)).isInstanceOf(Busy.class);
		assertThat(await(release)).isTrue();
		assertThat(await(second)).isInstanceOf(Granted.class);
		await(this.store.release(REQUEST));
	}

	/**
	 * The vote of one node is for an earlier attempt, whose question came late; and it is
	 * given back later still, when the lock has been granted and renewed.
	 */
	@Test
	void renewedVoteIsNotTakenAwayByWhoGivesBackAnEarlierOne() {
		Granted granted = (Granted) acquire(REQUEST);
		String earlier = Long.toString(granted.fencingToken() - 1);
		this.nodes.server(0).cli("SET", "lock:{k}:fence", earlier);
		assertThat(await(this.store.renew(List.of(REQUEST)))).containsExactly(RenewReply.RENEWED);
		await().untilAsserted(() -> assertThat(this.nodes.server(0).cli("GET", "lock:{k}:fence"))
			.isEqualTo(Long.toString(Scripts.last(granted.fencingToken()))));
		this.nodes.server(0)
			.cli("EVAL", new String(Scripts.WITHDRAW.source(), StandardCharsets.UTF_8), "4", "lock:{k}",
					"lock:{k}:fence", "lock:{k}:waiters", "lock:{k}:turn", REQUEST.owner(), earlier, "", "20000",
					"lock:hints:", "100");
		assertThat(this.nodes.server(0).cli("GET", "lock:{k}")).isEqualTo(REQUEST.owner());
		assertThat((Long) this.nodes.server(0).cli("PTTL", "lock:{k}:fence")).isGreaterThan(50_000L);
	}

	@Test
	void questionThatIsRefusedDoesNotSpoilThoseAskedWithIt() {
		this.nodes.all().forEach((node) -> node.cli("RPUSH", "lock:{list}", "of another program"));
		LeaseRequest refused = new LeaseRequest("list", "test@host/1:random#2", Duration.ofSeconds(20));
		List<AcquireReply> replies = await(this.store.recheck(List.of(refused, REQUEST)));
		assertThat(replies.get(0)).isInstanceOfSatisfying(AcquireReply.Failed.class,
				(failed) -> assertThat(failed.failure()).isNotInstanceOf(LockStoreUnavailableException.class)
					.hasMessageContaining("WRONGTYPE"));
		assertThat(replies.get(1)).isInstanceOf(Granted.class);
		await(this.store.release(REQUEST));
	}

	@Test
	void renewalOfALockWhoseKeyAnotherProgramUsesDoesNotSpoilThoseAskedWithIt() {
		LeaseRequest taken = new LeaseRequest("list", "test@host/1:random#2", Duration.ofSeconds(20));
		assertThat(acquire(taken)).isInstanceOf(Granted.class);
		assertThat(acquire(REQUEST)).isInstanceOf(Granted.class);
		this.nodes.all().forEach((node) -> {
			node.cli("DEL", "lock:{list}");
			node.cli("RPUSH", "lock:{list}", "of another program");
		});
		assertThat(await(this.store.renew(List.of(taken, REQUEST)))).containsExactly(RenewReply.LOST,
				RenewReply.RENEWED);
		await(this.store.release(REQUEST));
	}

	@Test
	void lockThatAnotherProgramKeepsAlmostForeverIsBusy() {
		this.nodes.all().forEach((node) -> {
			node.cli("SET", "lock:{k}", "another program");
			node.cli("PEXPIREAT", "lock:{k}", "253402300799000");
		});
		assertThat(acquire(REQUEST)).isInstanceOfSatisfying(Busy.class,
				(busy) -> assertThat(busy.remaining()).isEqualTo(LockSpec.MAX_DURATION));
	}

	@Test
	void ownerThatHasReleasedMeanwhileDoesNotGetTheLockOnceMore() {
		assertThat(acquire(REQUEST)).isInstanceOf(Granted.class);
		this.nodes.all().forEach((node) -> node.cli("DEL", "lock:{k}"));
		delayAllReplies();
		CompletionStage<AcquireReply> again = this.store.acquire(REQUEST, false);
		CompletionStage<Boolean> release = this.store.release(REQUEST);
		assertThat(await(again)).isInstanceOf(Busy.class);
		assertThat(await(release)).isFalse();
		await().during(2 * DELAY.toMillis(), TimeUnit.MILLISECONDS).until(() -> this.nodes.lockKeys().isEmpty());
	}

	@Test
	void voteThatComesAfterTheReleaseIsGivenBack() {
		RedisServerProcess late = this.nodes.server(2);
		late.cli("SCRIPT", "FLUSH");
		// Without the script to acquire, the question makes a detour and is overtaken
		late.cli("SCRIPT", "LOAD", new String(Scripts.RELEASE.source(), StandardCharsets.UTF_8));
		this.nodes.proxy(2).delayReplies(DELAY);
		assertThat(acquire(REQUEST)).isInstanceOf(Granted.class);
		assertThat(await(this.store.release(REQUEST))).isTrue();
		assertThat(late.cli("EXISTS", "lock:{k}")).isEqualTo(0L);
		await().until(() -> late.cli("EXISTS", "lock:{k}:fence").equals(1L));
		await().until(() -> this.nodes.lockKeys().isEmpty());
	}

	/**
	 * Its withdrawal must not take the new vote away, either.
	 */
	@Test
	void earlierVoteForTheOwnerCountsForTheTokensItProposesNow() {
		RedisServerProcess before = this.nodes.server(0);
		long now = WallClock.system().micros();
		before.cli("SET", "lock:{k}", REQUEST.owner(), "PX", "5000");
		before.cli("SET", "lock:{k}:fence", Long.toString(now - 1_000_000), "PX", "60000");
		this.nodes.server(1).cli("SET", "lock:{k}", "another program", "PX", "20000");
		AcquireReply reply = acquire(REQUEST);
		assertThat(reply).isInstanceOfSatisfying(Granted.class, (granted) -> {
			assertThat(granted.fencingToken()).isGreaterThan(now - 1_000_000);
			assertThat(before.cli("GET", "lock:{k}:fence"))
				.isEqualTo(Long.toString(granted.fencingToken() + LockStore.TOKENS_PER_GRANT - 1));
		});
		assertThat((Long) before.cli("PTTL", "lock:{k}")).isGreaterThan(10_000L);
		assertThat(await(this.store.release(REQUEST))).isTrue();
		await().until(() -> this.nodes.lockKeys().size() == 1);
	}

	/**
	 * It gives back the vote that the node may have given, and waits there from then on;
	 * but nobody can do that before the node is back.
	 */
	@Test
	void ownerThatHasGoneDoesNotWaitOnANodeThatComesBackLater() {
		// Must not run out while the node is given up
		LeaseRequest patient = new LeaseRequest("k", REQUEST.owner(), Duration.ofSeconds(60));
		this.nodes.server(0).cli("SET", "lock:{k}", "another program", "PX", "60000");
		this.nodes.server(1).cli("SET", "lock:{k}", "another program", "PX", "60000");
		await().until(() -> acquireOrWait(patient) instanceof Busy busy && busy.queued());
		this.nodes.server(1).cli("DEL", "lock:{k}");
		this.nodes.proxy(2).dropReplies();
		int connections = this.nodes.proxy(2).acceptedConnections();
		assertThat(acquireOrWait(patient)).isInstanceOfSatisfying(Busy.class,
				(busy) -> assertThat(busy.queued()).isTrue());
		await().until(() -> this.store.nodes().get(2).state() == RedlockNode.State.DOWN);
		assertThat(await(this.store.release(patient))).isFalse();
		await().atMost(Duration.ofSeconds(30)).until(() -> this.nodes.proxy(2).acceptedConnections() > connections);
		assertThat(this.nodes.server(2).cli("EXISTS", "lock:{k}:waiters")).as("waits on the node that is away")
			.isEqualTo(1L);
		this.nodes.proxy(2).pass();
		await().until(() -> this.store.quorumMargin() == 1);
		await().during(Duration.ofSeconds(2))
			.untilAsserted(
					() -> assertThat(this.nodes.lockKeys()).containsExactly(this.nodes.server(0).port() + " lock:{k}"));
	}

	@Test
	void ownerThatWouldHaveWaitedCostsNoCommandMoreThanOneThatWouldNot() {
		this.nodes.all().forEach((node) -> node.cli("SET", "lock:{k}", "another program", "PX", "20000"));
		await().until(() -> acquireOrWait(REQUEST) instanceof Busy busy && busy.queued());
		await(this.store.release(REQUEST));
		this.nodes.all().forEach((node) -> node.cli("DEL", "lock:{k}"));
		// An answer that came late may have led to one more release
		await().pollDelay(Duration.ofSeconds(1)).until(() -> this.nodes.lockKeys().isEmpty());
		this.nodes.proxy(2).delayReplies(DELAY);
		long before = this.nodes.server(2).commandCalls().getOrDefault("evalsha", 0L);
		assertThat(acquireOrWait(REQUEST)).isInstanceOf(Granted.class);
		assertThat(await(this.store.release(REQUEST))).isTrue();
		await().pollDelay(Duration.ofSeconds(2)).until(() -> this.nodes.lockKeys().isEmpty());
		assertThat(this.nodes.server(2).commandCalls().getOrDefault("evalsha", 0L) - before).isEqualTo(2);
	}

	@Test
	void placeThatIsTakenAfterTheReleaseIsGivenBack() {
		this.nodes.all().forEach((node) -> node.cli("SET", "lock:{k}", "another program", "PX", "20000"));
		await().until(() -> acquireOrWait(REQUEST) instanceof Busy busy && busy.queued());
		await(this.store.release(REQUEST));
		RedisServerProcess late = this.nodes.server(2);
		late.cli("SCRIPT", "FLUSH");
		// Without the script to acquire, the question makes a detour and is overtaken
		late.cli("SCRIPT", "LOAD", new String(Scripts.RELEASE.source(), StandardCharsets.UTF_8));
		long questions = late.commandCalls().getOrDefault("eval", 0L);
		this.nodes.proxy(2).delayReplies(DELAY);
		assertThat(acquireOrWait(REQUEST)).isInstanceOf(Busy.class);
		assertThat(await(this.store.release(REQUEST))).isFalse();
		await().until(() -> late.commandCalls().getOrDefault("eval", 0L) > questions);
		await().during(DELAY).until(() -> late.cli("EXISTS", "lock:{k}:waiters").equals(0L));
	}

	/**
	 * Who waited meanwhile was told that the lock is held for as long as its time to
	 * live.
	 */
	@Test
	void votesThatAreGivenBackGoToWhoWaits() {
		LeaseRequest waiter = new LeaseRequest("k", "waiter@host/1:random#1", Duration.ofSeconds(20));
		List<String> hinted = new CopyOnWriteArrayList<>();
		RedlockLockStore other = this.nodes.store();
		RedlockLockStore slow = this.nodes.proxiedStore(new RedlockSettings("lock:", Duration.ofSeconds(3),
				Duration.ofSeconds(2), Duration.ofMinutes(2), true, Duration.ofSeconds(60), Duration.ofMillis(500)));
		try {
			await(slow.start("slow@host/1:random", new NoWaiters()));
			await(other.start("waiter@host/1:random", new NoWaiters() {

				@Override
				public void hinted(String owner) {
					hinted.add(owner);
				}

			}));
			other.listen();
			await().until(() -> ((Long) this.nodes.server(0).cli("PUBLISH", "lock:hints:waiter@host/1:random", "")) == 1
					&& ((Long) this.nodes.server(1).cli("PUBLISH", "lock:hints:waiter@host/1:random", "")) == 1);
			for (int i = 0; i < 3; i++) {
				this.nodes.proxy(i).delayReplies(Duration.ofSeconds(4));
			}
			CompletableFuture<AcquireReply> inVain = slow.acquire(REQUEST, false).toCompletableFuture();
			await().until(() -> this.nodes.lockKeys().size() == 3);
			await().until(() -> await(other.acquire(waiter, true)) instanceof Busy busy && busy.queued());
			assertThat(inVain).failsWithin(Duration.ofSeconds(10));
			await().until(() -> hinted.contains(waiter.owner()));
			// When the first of them tells it, others may not have been given back yet
			await().until(() -> await(other.acquire(waiter, true)) instanceof Granted);
			await(other.release(waiter));
		}
		finally {
			slow.stop();
			other.stop();
		}
	}

	private AcquireReply acquireOrWait(LeaseRequest request) {
		return await(this.store.acquire(request, true));
	}

	@Test
	void lockThatIsRenewedOutlivesThatNodesLoseTheirDataOneAfterAnother() throws Exception {
		LockTemplate here = template();
		LockTemplate there = template();
		try {
			LockLease lease = here.acquire(SPEC.withTtl(Duration.ofMillis(1500)));
			String owner = (String) this.nodes.server(0).cli("GET", "lock:{k}");
			CompletionStage<LockLease> waiter = CompletableFuture
				.supplyAsync(() -> there.acquire(SPEC.withTtl(Duration.ofMillis(900))));
			for (RedisServerProcess node : this.nodes.all()) {
				await().until(() -> node.cli("EXISTS", "lock:{k}:waiters").equals(1L));
				node.flushAll();
				await().untilAsserted(() -> assertThat(node.cli("GET", "lock:{k}")).isEqualTo(owner));
			}
			assertThat(lease.isHeld()).isTrue();
			assertThat(waiter.toCompletableFuture()).isNotDone();
			assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
			LockLease next = await(waiter);
			assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
			next.close();
			await().until(() -> this.nodes.lockKeys().isEmpty());
		}
		finally {
			here.stop();
			there.stop();
		}
	}

	@Test
	void restoredLockKeepsTheHigherFenceOfItsNode() {
		Granted granted = (Granted) acquire(REQUEST);
		RedisServerProcess node = this.nodes.server(1);
		node.cli("DEL", "lock:{k}");
		String higher = Long.toString(granted.fencingToken() + 1_000);
		node.cli("SET", "lock:{k}:fence", higher, "PX", "60000");
		await(this.store.renew(List.of(REQUEST)));
		await().untilAsserted(() -> assertThat(node.cli("GET", "lock:{k}")).isEqualTo(REQUEST.owner()));
		assertThat(node.cli("GET", "lock:{k}:fence")).isEqualTo(higher);
		assertThat((Long) node.cli("PTTL", "lock:{k}")).isBetween(10_000L, 20_000L);
	}

	@Test
	void lockOfAnotherIsNotRestored() {
		acquire(REQUEST);
		RedisServerProcess node = this.nodes.server(1);
		node.cli("SET", "lock:{k}", "another program", "PX", "20000");
		await(this.store.renew(List.of(REQUEST)));
		await().during(DELAY).until(() -> "another program".equals(node.cli("GET", "lock:{k}")));
		assertThat(await(this.store.release(REQUEST))).isTrue();
	}

	@Test
	void lockThatWasReleasedIsNotRestored() {
		acquire(REQUEST);
		this.nodes.server(1).cli("DEL", "lock:{k}");
		delayAllReplies();
		CompletionStage<?> renewal = this.store.renew(List.of(REQUEST));
		CompletionStage<Boolean> release = this.store.release(REQUEST);
		await(renewal);
		assertThat(await(release)).isTrue();
		await().during(2 * DELAY.toMillis(), TimeUnit.MILLISECONDS).until(() -> this.nodes.lockKeys().isEmpty());
	}

	@Test
	void nodeThatRefusesToVoteIsNotUp() {
		NodeFault.OUT_OF_MEMORY.inject(this.nodes, 0);
		assertThat(acquire(REQUEST)).isInstanceOf(Granted.class);
		await().until(() -> this.store.quorumMargin() == 0);
		assertThat(this.store.nodes().get(0)).satisfies((node) -> {
			assertThat(node.state()).isEqualTo(RedlockNode.State.DOWN);
			assertThat(node.problem()).startsWith("refuses to vote: ").contains("OOM");
		});
		NodeFault.OUT_OF_MEMORY.heal(this.nodes, 0);
		await(this.store.release(REQUEST));
		assertThat(acquire(REQUEST)).isInstanceOf(Granted.class);
		await().until(() -> this.store.quorumMargin() == 1);
		await(this.store.release(REQUEST));
	}

	@Test
	void nodeFurtherAwayMayHaveMoreTime() {
		this.nodes.proxy(0).delayReplies(DELAY);
		this.nodes.proxy(1).delayReplies(DELAY);
		RedlockLockStore impatient = this.nodes.proxiedStore(RedlockServers.defaults());
		RedlockLockStore patient = new RedlockLockStore(
				List.of(server(0, Duration.ofSeconds(2)), server(1, Duration.ofSeconds(2)), server(2, null)),
				RedlockServers.defaults());
		try {
			await(impatient.start("impatient@host/1:random", new NoWaiters()));
			assertThat(impatient.acquire(REQUEST, false).toCompletableFuture()).failsWithin(Duration.ofSeconds(5))
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(LockStoreUnavailableException.class)
				.withMessageContaining("no answer in time");
			await().until(() -> this.nodes.lockKeys().isEmpty());
			await(patient.start("patient@host/1:random", new NoWaiters()));
			assertThat(await(patient.acquire(REQUEST, false))).isInstanceOf(Granted.class);
			assertThat(await(patient.release(REQUEST))).isTrue();
		}
		finally {
			impatient.stop();
			patient.stop();
		}
	}

	private RedlockServer server(int node, @Nullable Duration nodeTimeout) {
		return new RedlockServer(RedlockServer.of(this.nodes.proxy(node).uri()).uri(), SslOptions.create(), nodeTimeout,
				null);
	}

	@Test
	void partOfAClusterIsNoNode() {
		try (RedisServerProcess cluster = RedisServerProcess.start("--cluster-enabled", "yes")) {
			LockTemplate template = RedlockServers.template(RedlockServers
				.store(List.of(this.nodes.server(0), this.nodes.server(1), cluster), RedlockServers.settings()));
			assertThatExceptionOfType(InvalidLockStoreException.class).isThrownBy(template::start)
				.withMessageContaining("127.0.0.1:" + cluster.port())
				.withMessageContaining("'cluster'");
		}
	}

	@Test
	void nodesThatSendNothingForSecondsAreConnectedAnew() {
		this.nodes.proxy(0).freeze();
		int accepted = this.nodes.proxy(0).acceptedConnections();
		await().until(() -> this.store.nodes().get(0).state() == RedlockNode.State.DOWN);
		await().atMost(Duration.ofSeconds(20)).until(() -> this.nodes.proxy(0).acceptedConnections() > accepted);
		this.nodes.proxy(0).pass();
		await().until(() -> this.store.quorumMargin() == 1);
	}

	@Test
	void nodeThatAnswersAfterAWhileVotesOnOverTheSameConnection() {
		RedlockLockStore impatient = this.nodes.proxiedStore(new RedlockSettings("lock:", null, Duration.ofMillis(500),
				Duration.ofSeconds(30), true, Duration.ofSeconds(60), Duration.ofMillis(500)));
		try {
			await(impatient.start("impatient@host/1:random", new NoWaiters()));
			await().until(() -> impatient.quorumMargin() == 1);
			int accepted = this.nodes.proxy(0).acceptedConnections();
			this.nodes.proxy(0).freeze();
			await().until(() -> impatient.nodes().get(0).state() == RedlockNode.State.DOWN);
			this.nodes.proxy(0).pass();
			await().until(() -> impatient.quorumMargin() == 1);
			assertThat(this.nodes.proxy(0).acceptedConnections()).isEqualTo(accepted);
		}
		finally {
			impatient.stop();
		}
	}

	private LockTemplate template() {
		LockTemplate template = RedlockServers.template(this.nodes.store());
		template.start();
		return template;
	}

	private void delayAllReplies() {
		for (int i = 0; i < 3; i++) {
			this.nodes.proxy(i).delayReplies(DELAY);
		}
	}

	private AcquireReply acquire(LeaseRequest request) {
		return await(this.store.acquire(request, false));
	}

	private static <T> T await(CompletionStage<T> stage) {
		return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(10));
	}

	/**
	 * Nobody waits here.
	 */
	private static class NoWaiters implements GrantListener {

		@Override
		public void granted(String owner, long fencingToken) {
		}

		@Override
		public void hinted(String owner) {
		}

		@Override
		public void revoked(String owner) {
		}

		@Override
		public void missed() {
		}

	}

}
