package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.testsupport.JavaProcess;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hand-over on a real Redis: what it costs, and what happens when connections break and
 * JVMs die.
 */
@RedisServerTest
@Timeout(90)
class RedisHandOverIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final LockSpec SPEC = LockSpec.of("k").withTtl(Duration.ofSeconds(60)).withWaitTime(TIMEOUT);

	@SharedRedis
	private RedisServerProcess redis;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<JavaProcess> jvms = new ArrayList<>();

	private RedisLockTemplate here;

	private RedisLockTemplate there;

	@BeforeEach
	void start() {
		this.here = template();
		this.there = template();
	}

	private RedisLockTemplate template() {
		RedisLockTemplate template = new RedisLockTemplate(
				new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:",
						Duration.ofMillis(500)),
				new LockSettings("test", Duration.ofSeconds(30), TIMEOUT, true, ReleaseMode.SYNC, Duration.ofSeconds(2),
						Duration.ofSeconds(2), 32));
		template.start();
		return template;
	}

	@AfterEach
	void stop() {
		this.jvms.forEach(JavaProcess::close);
		this.here.stop();
		this.there.stop();
		this.threads.shutdownNow();
	}

	@Test
	void waitersNeedOneConnectionAndOneChannelAndNoCommandsWhateverTheNumberOfLocks() throws Exception {
		// Nothing is renewed or asked again meanwhile, however busy this machine is
		Duration ttl = Duration.ofMinutes(5);
		List<LockLease> held = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			held.add(this.there.acquire(key(i).withTtl(ttl)));
		}
		// Who holds locks for a while listens, too
		await().until(() -> channels() == 1);
		long connections = connections();
		List<Future<LockLease>> waiters = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			LockSpec spec = key(i).withTtl(ttl);
			waiters.add(this.threads.submit(() -> this.here.acquire(spec)));
		}
		await().until(() -> queues() == 300);
		assertThat(connections()).isEqualTo(connections + 1);
		assertThat(channels()).isEqualTo(2);
		this.redis.resetStats();
		await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
		assertThat(this.redis.commandCalls()).doesNotContainKey("evalsha");
		held.forEach(LockLease::close);
		for (Future<LockLease> waiter : waiters) {
			waiter.get(5, TimeUnit.SECONDS);
		}
	}

	private static LockSpec key(int number) {
		return LockSpec.of("k" + number).withTtl(Duration.ofSeconds(60)).withWaitTime(TIMEOUT);
	}

	@Test
	void releaseWakesExactlyOneWaiterWithOneCommand() throws Exception {
		makeReadyToQueue();
		LockSpec fair = SPEC.withFair(true);
		LockLease held = this.there.acquire(fair);
		List<Future<LockLease>> waiters = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			waiters.add(this.threads.submit(() -> this.here.acquire(fair)));
		}
		await().until(() -> this.redis.cli("LLEN", "lock:{k}:queue").equals(10L));
		this.redis.resetStats();
		held.close();
		await().until(() -> waiters.stream().anyMatch(Future::isDone));
		await().during(Duration.ofMillis(200)).until(() -> waiters.stream().filter(Future::isDone).count() == 1);
		// An empty message, which shows that somebody listens, and the grant
		assertThat(this.redis.commandCalls()).containsEntry("evalsha", 1L).containsEntry("publish", 2L);
	}

	@Test
	void grantThatNobodyHeardBecauseTheSubscriptionWasCutIsAskedForOnceItIsBack() throws Exception {
		makeReadyToQueue();
		LockLease held = this.there.acquire(SPEC);
		Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(SPEC));
		await().until(() -> queues() == 1);
		this.redis.cli("CLIENT", "KILL", "TYPE", "pubsub");
		held.close();
		assertThat(waiter.get(5, TimeUnit.SECONDS).isHeld()).isTrue();
	}

	@Test
	void waitersGoOnWhenScriptsAreFlushedAndTheQueueIsDeleted() throws Exception {
		makeReadyToQueue();
		LockSpec brief = SPEC.withTtl(Duration.ofMillis(900));
		LockLease held = this.there.acquire(brief);
		Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(brief));
		await().until(() -> queues() == 1);
		this.redis.cli("SCRIPT", "FLUSH");
		this.redis.cli("DEL", "lock:{k}:queue");
		await().until(() -> queues() == 1);
		held.close();
		assertThat(waiter.get(5, TimeUnit.SECONDS).isHeld()).isTrue();
	}

	@Test
	void nextWaiterIsServedAtOnceWhenTheJvmOfTheFirstWasKilled() throws Exception {
		makeReadyToQueue();
		LockLease held = this.there.acquire(SPEC);
		JavaProcess jvm = jvm();
		jvm.send("hold k PT60S");
		await().until(() -> queues() == 1);
		Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(SPEC));
		await().until(() -> this.redis.cli("LLEN", "lock:{k}:queue").equals(2L));
		jvm.kill();
		await().until(() -> ((List<?>) this.redis.cli("PUBSUB", "CHANNELS", "*")).size() == 2);
		held.close();
		assertThat(waiter.get(3, TimeUnit.SECONDS).isHeld()).isTrue();
	}

	@Test
	void waiterIsServedWhenTheLeaseOfAKilledHolderEnds() throws Exception {
		makeReadyToQueue();
		JavaProcess jvm = jvm();
		jvm.send("hold k PT2S");
		jvm.awaitLine((line) -> line.startsWith("holding"), TIMEOUT);
		Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(SPEC));
		await().until(() -> queues() == 1);
		await().pollDelay(Duration.ofMillis(2500)).until(() -> !waiter.isDone());
		jvm.kill();
		assertThat(waiter.get(8, TimeUnit.SECONDS).isHeld()).isTrue();
	}

	@Test
	void lockThatWasHandedToASuspendedJvmGoesOnWhenItsLeaseEnds() throws Exception {
		makeReadyToQueue();
		LockLease held = this.there.acquire(SPEC);
		JavaProcess jvm = jvm();
		jvm.send("hold k PT2S");
		await().until(() -> queues() == 1);
		Future<LockLease> waiter = this.threads.submit(() -> this.here.acquire(SPEC.withTtl(Duration.ofSeconds(3))));
		await().until(() -> this.redis.cli("LLEN", "lock:{k}:queue").equals(2L));
		jvm.pause();
		held.close();
		LockLease lease = waiter.get(10, TimeUnit.SECONDS);
		jvm.resume();
		await().during(Duration.ofMillis(500)).until(lease::isHeld);
		assertThat(jvm.lines()).noneMatch((line) -> line.startsWith("holding"));
	}

	@Test
	void nothingStaysInRedisAfterWaitersOfAllKinds() throws Exception {
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			RedisLockTemplate instance = (i % 2 != 0) ? this.here : this.there;
			LockSpec spec = LockSpec.of("k" + i % 3)
				.withTtl(Duration.ofMillis(500))
				.withFair(i % 4 == 0)
				.withWaitTime(Duration.ofMillis(1 + 5 * i));
			all.add(this.threads.submit(() -> {
				for (int round = 0; round < 100; round++) {
					instance.tryAcquire(spec).ifPresent(LockLease::close);
				}
			}));
		}
		for (Future<?> each : all) {
			each.get(30, TimeUnit.SECONDS);
		}
		await().until(() -> this.redis.dbSize() == 0);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void neverTwoHoldersAndTokensRiseAcrossJvms(boolean fair) {
		for (int i = 0; i < 3; i++) {
			jvm();
		}
		this.jvms.forEach((jvm) -> jvm.send("contend k 4 3000 " + fair));
		this.jvms.forEach((jvm) -> jvm.awaitLine("done"::equals, TIMEOUT));
		List<long[]> history = this.jvms.stream()
			.flatMap((jvm) -> jvm.lines().stream())
			.filter((line) -> line.startsWith("held "))
			.map((line) -> Stream.of(line.split(" ")).skip(1).mapToLong(Long::parseLong).toArray())
			.sorted(Comparator.comparingLong((entry) -> entry[0]))
			.toList();
		assertThat(history).hasSizeGreaterThan(200);
		for (int i = 1; i < history.size(); i++) {
			long[] before = history.get(i - 1);
			long[] after = history.get(i);
			assertThat(after[0]).as("entry %d begins after the one before has ended", i)
				.isGreaterThanOrEqualTo(before[1]);
			assertThat(after[2]).as("token of entry %d", i).isGreaterThan(before[2]);
		}
		assertThat(this.redis.cli("EXISTS", "lock:{k}", "lock:{k}:queue")).isEqualTo(0L);
	}

	/**
	 * Make both instances wait once, so that they listen for their grants.
	 */
	private void makeReadyToQueue() throws Exception {
		for (RedisLockTemplate each : List.of(this.here, this.there)) {
			RedisLockTemplate other = each.equals(this.here) ? this.there : this.here;
			LockLease held = other.acquire(SPEC);
			Future<?> waiter = this.threads.submit(() -> each.acquire(SPEC).close());
			await().until(() -> queues() == 1);
			held.close();
			waiter.get(5, TimeUnit.SECONDS);
		}
	}

	private JavaProcess jvm() {
		JavaProcess jvm = JavaProcess.start(LockingJvm.class, Integer.toString(this.redis.port()));
		this.jvms.add(jvm);
		jvm.awaitLine("ready"::equals, TIMEOUT);
		return jvm;
	}

	private long queues() {
		return ((List<?>) this.redis.cli("KEYS", "lock:*:queue")).size();
	}

	private int channels() {
		return ((List<?>) this.redis.cli("PUBSUB", "CHANNELS", "*")).size();
	}

	private long connections() {
		return ((String) this.redis.cli("CLIENT", "LIST")).lines().count();
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(TIMEOUT);
	}

}
