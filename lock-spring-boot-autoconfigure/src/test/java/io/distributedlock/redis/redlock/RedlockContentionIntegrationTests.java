package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.testsupport.FencingOracle;
import io.distributedlock.testsupport.Oracle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ten instances want the same lock at the same moment, so that the votes are split.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class RedlockContentionIntegrationTests {

	private static final int INSTANCES = 10;

	private final List<LockTemplate> templates = new ArrayList<>();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private RedlockServers nodes;

	@BeforeAll
	void start() {
		this.nodes = RedlockServers.start(5);
		for (int i = 0; i < INSTANCES; i++) {
			LockTemplate template = RedlockServers.template(this.nodes.store());
			template.start();
			this.templates.add(template);
			template.acquire(LockSpec.of("warm-up").withWaitTime(Duration.ofSeconds(10))).close();
		}
	}

	@AfterAll
	void stop() {
		this.threads.shutdownNow();
		this.templates.forEach(LockTemplate::stop);
		this.nodes.close();
	}

	@Test
	void splitVotesResolve() throws Exception {
		for (int round = 0; round < 20; round++) {
			LockSpec spec = LockSpec.of("split-" + round).withWaitTime(Duration.ofSeconds(20));
			Oracle oracle = new Oracle();
			FencingOracle tokens = new FencingOracle();
			long start = System.nanoTime();
			atOnce((template) -> {
				try (LockLease lease = template.acquire(spec)) {
					oracle.enter();
					tokens.enter(lease.fencingToken());
					oracle.exit();
				}
				return true;
			});
			assertThat(oracle.maxHolders()).isEqualTo(1);
			assertThat(oracle.entries()).isEqualTo(INSTANCES);
			tokens.verify();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
		}
		assertNothingIsLeft();
	}

	@Test
	void ofManyThatAskOnceOneGetsTheLock() throws Exception {
		int winners = 0;
		for (int round = 0; round < 50; round++) {
			LockSpec spec = LockSpec.of("once-" + round).withWaitTime(Duration.ZERO);
			List<Optional<LockLease>> leases = atOnce((template) -> template.tryAcquire(spec));
			long acquired = leases.stream().filter(Optional::isPresent).count();
			assertThat(acquired).isLessThanOrEqualTo(1);
			winners += (int) acquired;
			leases.forEach((lease) -> lease.ifPresent(LockLease::close));
		}
		assertThat(winners).isGreaterThanOrEqualTo(48);
		assertNothingIsLeft();
	}

	private void assertNothingIsLeft() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(this.nodes.lockKeys()).isEmpty());
	}

	private <T> List<T> atOnce(Action<T> action) throws Exception {
		CountDownLatch start = new CountDownLatch(1);
		List<Future<T>> running = this.templates.stream().map((template) -> this.threads.submit(() -> {
			start.await();
			return action.run(template);
		})).toList();
		start.countDown();
		List<T> results = new ArrayList<>();
		for (Future<T> each : running) {
			results.add(each.get(30, TimeUnit.SECONDS));
		}
		return results;
	}

	/**
	 * What every instance does.
	 */
	@FunctionalInterface
	private interface Action<T> {

		T run(LockTemplate template) throws Exception;

	}

}
