package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.RedisEndpoint;
import io.distributedlock.testsupport.RedisServerProcess;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
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
 * Nodes lose their data.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class RedlockRecoveryIntegrationTests {

	private static final Duration MAX_TTL = Duration.ofMillis(1500);

	private static final LockSpec SPEC = LockSpec.of("k").withTtl(MAX_TTL).withRenew(false).withWaitTime(Duration.ZERO);

	private RedlockServers nodes;

	private RedlockLockStore hereStore;

	private RedlockLockStore thereStore;

	private LockTemplate here;

	private LockTemplate there;

	@BeforeAll
	void startNodes() {
		this.nodes = RedlockServers.start(5);
	}

	@AfterAll
	void stopNodes() {
		this.nodes.close();
	}

	@BeforeEach
	void start() {
		start(RedlockServers.forgetful(MAX_TTL));
	}

	private void start(RedlockSettings settings) {
		this.hereStore = this.nodes.proxiedStore(settings);
		this.thereStore = this.nodes.proxiedStore(settings);
		this.here = RedlockServers.template(this.hereStore);
		this.there = RedlockServers.template(this.thereStore);
		this.here.start();
		this.there.start();
	}

	@AfterEach
	void stop() {
		this.nodes.heal();
		this.here.stop();
		this.there.stop();
		this.nodes.all().forEach(RedisServerProcess::flushAll);
	}

	@Test
	void nodesThatHaveJustStartedDoNotVoteBeforeTheLongestTtl() {
		try (RedlockServers fresh = RedlockServers.start(3)) {
			RedlockLockStore store = fresh.proxiedStore(RedlockServers.forgetful(MAX_TTL));
			LockTemplate template = RedlockServers.template(store);
			template.start();
			assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(() -> template.acquire(SPEC))
				.withMessageContaining("quorum not reached, 0 of 3 nodes answered")
				.withMessageContaining("restarted, votes in ");
			assertThat(store.quorumMargin()).isEqualTo(-2);
			assertThat(store.nodes()).hasSize(3).allSatisfy((node) -> {
				assertThat(node.state()).isEqualTo(RedlockNode.State.QUARANTINED);
				assertThat(node.quarantine()).isPositive()
					.isLessThanOrEqualTo(
							Quarantine.of(RedlockServers.forgetful(MAX_TTL)).remaining(Duration.ZERO, null));
			});
			LockLease lease = template.acquire(SPEC.withWaitTime(Duration.ofSeconds(10)));
			assertThat(lease.isHeld()).isTrue();
			assertThat(uptime(fresh.server(0))).isGreaterThanOrEqualTo(MAX_TTL.toSeconds());
			template.stop();
		}
	}

	/**
	 * The example of the Redlock description: of the three nodes that gave the lock, one
	 * restarts without it, and makes a majority with the two that never had it.
	 */
	@Test
	void secondHolderDoesNotGetInByANodeThatHasLostTheLock() {
		awaitAllUp();
		LockLease lease = acquireOnTheFirstThree();
		this.nodes.server(2).restart();
		assertThat(this.nodes.server(2).dbSize()).isZero();
		await().until(() -> state(this.thereStore, 2) == RedlockNode.State.QUARANTINED);
		AtomicReference<LockLease> second = new AtomicReference<>();
		await().until(() -> {
			boolean held = lease.isHeld();
			Optional<LockLease> acquired = tryAcquire(this.there);
			acquired.ifPresent((other) -> {
				assertThat(held).as("the first holder still relies on its lock").isFalse();
				second.set(other);
			});
			return acquired.isPresent();
		});
		assertThat(second.get().fencingToken()).isGreaterThan(lease.fencingToken());
		await().until(() -> this.thereStore.quorumMargin() == 2);
	}

	/**
	 * What makes the test above able to fail.
	 */
	@Test
	void secondHolderGetsInIfNodesThatForgetAreSaidToPersistEveryWrite() {
		this.here.stop();
		this.there.stop();
		start(new RedlockSettings("lock:", null, Duration.ofSeconds(1), MAX_TTL, true, Duration.ofSeconds(60),
				Duration.ofMillis(500)));
		awaitAllUp();
		LockLease lease = acquireOnTheFirstThree();
		this.nodes.server(2).restart();
		await().atMost(Duration.ofSeconds(2)).until(() -> tryAcquire(this.there).isPresent());
		assertThat(lease.isHeld()).isTrue();
	}

	@Test
	void anotherServerAtTheSameAddressDoesNotVoteAtOnceHoweverLongItRuns() {
		this.here.stop();
		AtomicReference<RedisEndpoint> target = new AtomicReference<>(this.nodes.server(2));
		try (RedisServerProcess other = RedisServerProcess.start();
				FaultProxy address = new FaultProxy(new Switch(target))) {
			await().until(() -> uptime(other) > MAX_TTL.toSeconds());
			this.hereStore = RedlockServers.store(List.of(this.nodes.server(0), this.nodes.server(1), address),
					RedlockServers.forgetful(MAX_TTL));
			this.here = RedlockServers.template(this.hereStore);
			this.here.start();
			await().until(() -> this.hereStore.quorumMargin() == 1);
			target.set(other);
			address.reset();
			await().until(() -> state(this.hereStore, 2) == RedlockNode.State.QUARANTINED);
			assertThat(this.hereStore.nodes().get(2).quarantine()).isGreaterThan(Duration.ofSeconds(1));
			// Back to the first, which has run long enough but may have missed something
			await().until(() -> state(this.hereStore, 2) == RedlockNode.State.UP);
			this.here.stop();
		}
	}

	@Test
	void nodeThatWasOnlyUnreachableVotesAtOnce() {
		awaitAllUp();
		this.nodes.proxy(0).refuse();
		this.nodes.proxy(0).reset();
		await().until(() -> state(this.hereStore, 0) == RedlockNode.State.DOWN);
		this.nodes.proxy(0).pass();
		await().atMost(Duration.ofSeconds(2)).until(() -> state(this.hereStore, 0) == RedlockNode.State.UP);
	}

	@Test
	void minorityThatLosesAllItsKeysDoesNotLetASecondHolderIn() {
		awaitAllUp();
		LockLease lease = this.here.acquire(SPEC.withRenew(true));
		// As if its clock had jumped ahead
		for (int i = 0; i < 2; i++) {
			this.nodes.server(i).flushAll();
		}
		await().during(MAX_TTL.multipliedBy(2)).until(() -> {
			assertThat(tryAcquire(this.there)).isEmpty();
			return lease.isHeld();
		});
	}

	private LockLease acquireOnTheFirstThree() {
		for (int i = 3; i < 5; i++) {
			this.nodes.proxy(i).refuse();
			this.nodes.proxy(i).reset();
		}
		await().until(() -> this.hereStore.quorumMargin() == 0 && this.thereStore.quorumMargin() == 0);
		LockLease lease = this.here.acquire(SPEC);
		this.nodes.proxy(3).pass();
		this.nodes.proxy(4).pass();
		await().until(() -> this.hereStore.quorumMargin() == 2 && this.thereStore.quorumMargin() == 2);
		assertThat(this.nodes.lockKeys()).hasSize(3);
		return lease;
	}

	private static Optional<LockLease> tryAcquire(LockTemplate template) {
		try {
			return template.tryAcquire(SPEC);
		}
		catch (LockStoreUnavailableException ex) {
			return Optional.empty();
		}
	}

	private void awaitAllUp() {
		await().until(() -> this.hereStore.quorumMargin() == 2 && this.thereStore.quorumMargin() == 2);
	}

	private static RedlockNode.State state(RedlockLockStore store, int node) {
		return store.nodes().get(node).state();
	}

	private static long uptime(RedisServerProcess server) {
		return Long.parseLong(Objects.requireNonNull(server.info("server").get("uptime_in_seconds")));
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(20));
	}

	/**
	 * An address that leads to one server or another.
	 *
	 * @param target the server
	 */
	private record Switch(AtomicReference<RedisEndpoint> target) implements RedisEndpoint {

		@Override
		public String host() {
			return this.target.get().host();
		}

		@Override
		public int port() {
			return this.target.get().port();
		}

	}

}
