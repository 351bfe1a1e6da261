package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.testsupport.FencingOracle;
import io.distributedlock.testsupport.Oracle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three instances compete for a lock while up to a minority of the nodes at a time fail
 * in random ways, restarts without data included.
 */
@Timeout(300)
class RedlockRandomFaultsIntegrationTests {

	private static final Duration MAX_TTL = Duration.ofSeconds(2);

	private static final LockSpec SPEC = LockSpec.of("k").withTtl(MAX_TTL);

	private final long seed = System.nanoTime();

	private final Random random = new Random(this.seed);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<LockTemplate> templates = new ArrayList<>();

	private final Oracle oracle = new Oracle();

	private final FencingOracle tokens = new FencingOracle();

	private final AtomicInteger unavailable = new AtomicInteger();

	private RedlockServers nodes;

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.nodes.heal();
		this.templates.forEach(LockTemplate::stop);
		this.nodes.close();
	}

	@Test
	void neverTwoHoldersAndTokensRiseOnFiveNodes() throws Exception {
		neverTwoHoldersAndTokensRise(5, 100);
	}

	@Test
	void neverTwoHoldersAndTokensRiseOnThreeNodes() throws Exception {
		neverTwoHoldersAndTokensRise(3, 15);
	}

	@Test
	@Tag("faults")
	void neverTwoHoldersAndTokensRiseForLong() throws Exception {
		neverTwoHoldersAndTokensRise(5, 1_000);
	}

	private void neverTwoHoldersAndTokensRise(int size, int rounds) throws Exception {
		start(size);
		AtomicBoolean over = new AtomicBoolean();
		List<Future<?>> workers = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			LockTemplate template = this.templates.get(i % this.templates.size());
			long workerSeed = this.seed + i;
			workers.add(this.threads.submit(() -> contend(template, new Random(workerSeed), over)));
		}
		for (int round = 0; round < rounds; round++) {
			failSome();
		}
		over.set(true);
		for (Future<?> worker : workers) {
			worker.get(20, TimeUnit.SECONDS);
		}
		assertThat(this.oracle.maxHolders()).as("holders at a time, seed %d", this.seed).isEqualTo(1);
		this.tokens.verify();
		assertThat(this.oracle.entries()).as("entries, %s times unavailable", this.unavailable).isGreaterThan(rounds);
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(this.nodes.lockKeys()).isEmpty());
	}

	private void start(int size) {
		this.nodes = RedlockServers.start(size);
		List<RedlockLockStore> stores = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			RedlockLockStore store = this.nodes.proxiedStore(RedlockServers.forgetful(MAX_TTL));
			LockTemplate template = RedlockServers.template(store);
			template.start();
			this.templates.add(template);
			stores.add(store);
		}
		Awaitility.await().until(() -> stores.stream().allMatch((store) -> store.quorumMargin() == size / 2));
	}

	private void failSome() {
		int size = this.nodes.all().size();
		List<Integer> numbers = new ArrayList<>(IntStream.range(0, size).boxed().toList());
		Collections.shuffle(numbers, this.random);
		List<Integer> failing = numbers.subList(0, this.random.nextInt(size / 2 + 1));
		NodeFault fault = NodeFault.values()[this.random.nextInt(NodeFault.values().length)];
		failing.forEach((number) -> fault.inject(this.nodes, number));
		if (this.random.nextInt(4) == 0) {
			this.nodes.proxy(numbers.get(size - 1)).reset();
		}
		Duration time = Duration.ofMillis(20 + this.random.nextInt(80));
		Awaitility.await().pollDelay(time).until(() -> true);
		failing.forEach((number) -> fault.heal(this.nodes, number));
		this.nodes.heal();
		Awaitility.await().pollDelay(time.dividedBy(2)).until(() -> true);
	}

	private void contend(LockTemplate template, Random random, AtomicBoolean over) {
		while (!over.get()) {
			try {
				Optional<LockLease> acquired = template.tryAcquire(SPEC.withRenew(random.nextBoolean())
					.withFair(random.nextInt(4) == 0)
					.withWaitTime(Duration.ofMillis(random.nextInt(100))));
				acquired.ifPresent((lease) -> {
					hold(lease, random);
					lease.close();
				});
			}
			catch (LockStoreUnavailableException ex) {
				this.unavailable.incrementAndGet();
			}
		}
	}

	private void hold(LockLease lease, Random random) {
		this.oracle.enter();
		this.tokens.enter(lease.fencingToken());
		long end = System.nanoTime() + random.nextInt(3_000_000);
		while (System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
		// A lease may end while it is held, if too few nodes were left to renew it
		boolean held = lease.isHeld();
		this.oracle.exit();
		assertThat(held).as("held to the end, seed %d", this.seed).isTrue();
	}

}
