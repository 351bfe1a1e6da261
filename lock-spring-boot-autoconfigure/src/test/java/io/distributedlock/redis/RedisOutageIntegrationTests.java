package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.RedisServerProcess;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Redis hangs, dies, comes back, and the network loses what it carries.
 */
@Timeout(60)
class RedisOutageIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ZERO);

	private static final LockSpec PATIENT = SPEC.withWaitTime(Duration.ofSeconds(10));

	private static final Predicate<String> ACQUISITION = (request) -> request.startsWith("EVALSHA")
			&& request.contains(LockCommands.ACQUIRE.digest());

	private static final Predicate<String> RELEASE = (request) -> request.startsWith("EVALSHA")
			&& request.contains(LockCommands.RELEASE.digest());

	private final RedisServerProcess redis = RedisServerProcess.start();

	private final FaultProxy proxy = new FaultProxy(this.redis);

	private final RedisLockTemplate template = new RedisLockTemplate(
			new RedisLockStore(new LettuceConnectionFactory(this.proxy.host(), this.proxy.port()), "lock:",
					Duration.ofSeconds(60)),
			new LockSettings("test", Duration.ofSeconds(20), Duration.ofSeconds(5), true, ReleaseMode.SYNC,
					Duration.ofMillis(30), Duration.ofMillis(300), 32));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@BeforeEach
	void start() {
		this.template.start();
		this.template.acquire(PATIENT).close();
	}

	@AfterEach
	void stop() {
		if (this.redis.isAlive()) {
			this.redis.resume();
		}
		this.proxy.pass();
		this.template.stop();
		this.threads.shutdownNow();
		this.proxy.close();
		this.redis.close();
	}

	@Test
	void whenRedisHangsThenTheWaitTimeHoldsAndNothingIsLeftBehind() {
		this.redis.pause();
		for (Duration waitTime : List.of(Duration.ZERO, Duration.ofMillis(200))) {
			List<Duration> waits = new ArrayList<>();
			for (int i = 0; i < 9; i++) {
				LockSpec spec = LockSpec.of("hang-" + i).withWaitTime(waitTime);
				long start = System.nanoTime();
				assertThatExceptionOfType(LockStoreUnavailableException.class)
					.isThrownBy(() -> this.template.acquire(spec));
				waits.add(Duration.ofNanos(System.nanoTime() - start));
			}
			assertThat(waits).allSatisfy((wait) -> assertThat(wait).isGreaterThanOrEqualTo(waitTime));
			assertThat(Collections.min(waits)).as("shortest of %s", waits).isLessThan(waitTime.plusMillis(50));
		}
		this.redis.resume();
		await().until(() -> lockKeys().isEmpty());
		// They share calls: count what the scripts did
		assertThat(this.redis.commandCalls().get("set")).isGreaterThanOrEqualTo(18);
	}

	@Test
	void busyAndUnreachableAreDifferentErrors() {
		this.redis.cli("SET", "lock:{k}", "x", "PX", "20000");
		assertThatExceptionOfType(LockNotAcquiredException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(300))));
		this.redis.kill();
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(100))));
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.tryAcquire(SPEC.withWaitTime(Duration.ofMillis(100))));
	}

	@Test
	void acquisitionWhoseReplyIsLostIsUndoneLongBeforeItsTtl() {
		this.proxy.dropReplyWhen(FaultProxy.nth(1, ACQUISITION));
		assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(() -> this.template.acquire(SPEC));
		this.proxy.pass();
		await().atMost(Duration.ofSeconds(3)).until(() -> lockKeys().isEmpty());
	}

	@Test
	void acquisitionWhoseConnectionBreaksBeforeTheReplyGoesOnWithTheSameOwner() {
		this.proxy.cutReplyWhen(FaultProxy.nth(1, ACQUISITION));
		LockLease lease = this.template.acquire(PATIENT);
		assertThat(lease.isHeld()).isTrue();
		assertThat(this.redis.cli("GET", "lock:{k}:fence"))
			.isEqualTo(Long.toString(lease.fencingToken() + LockStore.TOKENS_PER_GRANT - 1));
		lease.close();
		assertThat(lockKeys()).isEmpty();
	}

	@Test
	void releaseWhoseReplyIsLostHasHappened() {
		LockLease lease = this.template.acquire(PATIENT);
		this.proxy.dropReplyWhen(FaultProxy.nth(1, RELEASE));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		assertThat(lockKeys()).isEmpty();
		this.proxy.pass();
		for (int i = 0; i < 20; i++) {
			this.template.acquire(PATIENT).close();
		}
		assertThat(lockKeys()).isEmpty();
	}

	@Test
	void releaseThatDoesNotArriveIsRepeated() {
		LockLease lease = this.template.acquire(PATIENT);
		this.proxy.cutWhen(FaultProxy.nth(1, RELEASE));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		await().atMost(Duration.ofSeconds(5)).until(() -> lockKeys().isEmpty());
	}

	@Test
	void commandsOfCallersWhoHaveGoneAreNotReplayedAfterAReconnection() {
		this.proxy.refuse();
		this.proxy.reset();
		for (int i = 0; i < 20; i++) {
			LockSpec spec = LockSpec.of("gone-" + i).withWaitTime(Duration.ofMillis(10));
			assertThatExceptionOfType(LockStoreUnavailableException.class)
				.isThrownBy(() -> this.template.acquire(spec));
		}
		this.proxy.pass();
		this.template.acquire(PATIENT).close();
		await().until(() -> lockKeys().isEmpty());
	}

	@Test
	void waiterSurvivesARestartOfRedis() {
		this.redis.cli("SET", "lock:{k}", "x", "PX", "20000");
		Future<LockLease> waiter = this.threads.submit(() -> this.template.acquire(PATIENT));
		await().until(() -> this.redis.commandCalls().getOrDefault("evalsha", 0L) >= 4);
		this.redis.kill();
		this.redis.restart();
		await().until(waiter::isDone);
	}

	@Test
	void leaseIsRenewedAgainAfterAShortInterruptionOfTheConnection() {
		LockLease lease = this.template.acquire(PATIENT.withTtl(Duration.ofSeconds(2)));
		this.proxy.reset();
		await().during(Duration.ofSeconds(3)).until(lease::isHeld);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
	}

	@Test
	void lockThatIsAcquiredAgainAfterALossIsRenewedAgain() {
		LockSpec brief = PATIENT.withTtl(Duration.ofSeconds(2));
		LockLease lost = this.template.acquire(brief);
		this.proxy.freeze();
		await().until(() -> !lost.isHeld());
		this.proxy.pass();
		assertThat(lost.release()).isEqualTo(ReleaseOutcome.LOST);
		LockLease again = this.template.acquire(brief);
		await().during(Duration.ofMillis(2500)).until(again::isHeld);
		assertThat(again.release()).isEqualTo(ReleaseOutcome.RELEASED);
	}

	@Test
	void leaseIsLostBeforeItEndsInRedisWhenRedisCannotBeReached() {
		LockLease lease = this.template.acquire(PATIENT.withTtl(Duration.ofSeconds(5)));
		this.proxy.freeze();
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> !lease.isHeld());
		assertThat(lockKeys()).containsExactly("lock:{k}");
	}

	@Test
	void locksWorkWithoutARestartWhenRedisWasDownAtTheStart() {
		this.redis.kill();
		RedisLockTemplate late = new RedisLockTemplate(
				new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:",
						Duration.ofSeconds(60)),
				LockSettings.defaults());
		try {
			late.start();
			assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(() -> late.acquire(SPEC))
				.withMessageContaining("Not connected");
			this.redis.restart();
			late.acquire(PATIENT).close();
		}
		finally {
			late.stop();
		}
	}

	@Test
	void errorsOfAServerThatIsNotReadyAreWaitedOut() {
		this.redis.cli("CONFIG", "SET", "maxmemory", "1");
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(100))))
			.withMessageContaining("OOM");
		this.redis.cli("CONFIG", "SET", "maxmemory", "0");
		this.redis.cli("REPLICAOF", "127.0.0.1", "1");
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(100))));
		this.redis.cli("REPLICAOF", "NO", "ONE");
		this.template.acquire(PATIENT).close();
	}

	@Test
	void connectionThatHasGoneSilentIsReplaced() {
		LockSpec veryPatient = SPEC.withWaitTime(Duration.ofSeconds(30));
		LockLease lease = this.template.acquire(PATIENT.withTtl(Duration.ofMinutes(1)));
		this.proxy.dropRequestWhen(FaultProxy.nth(1, RELEASE));
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.UNCONFIRMED);
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(100))));
		this.template.acquire(veryPatient).close();
	}

	@Test
	void subscriptionThatHasGoneSilentIsReplaced() throws Exception {
		RedisLockTemplate direct = new RedisLockTemplate(
				new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:",
						Duration.ofSeconds(60)),
				LockSettings.defaults());
		direct.start();
		try {
			handOver(direct, Duration.ofSeconds(3));
			this.proxy.silence((request) -> request.startsWith("SUBSCRIBE"));
			int connections = this.proxy.acceptedConnections();
			// Its grant is lost, it has to ask again
			handOver(direct, Duration.ofSeconds(3));
			await().until(() -> this.proxy.acceptedConnections() > connections);
			// It would not ask again for 20 s
			handOver(direct, Duration.ofSeconds(60));
		}
		finally {
			direct.stop();
		}
	}

	private void handOver(RedisLockTemplate from, Duration ttl) throws Exception {
		LockSpec spec = PATIENT.withTtl(ttl);
		LockLease held = from.acquire(spec);
		long before = this.redis.commandCalls().getOrDefault("evalsha", 0L);
		Future<?> waiter = this.threads.submit(() -> this.template.acquire(spec).close());
		await().until(() -> this.redis.commandCalls().getOrDefault("evalsha", 0L) > before);
		await().pollDelay(Duration.ofMillis(300)).until(held::isHeld);
		held.close();
		waiter.get(10, TimeUnit.SECONDS);
	}

	@Test
	void stopEndsWithinItsTimeoutWhenRedisHangs() {
		this.template.acquire(PATIENT);
		this.redis.pause();
		long start = System.nanoTime();
		this.template.stop();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
	}

	private List<String> lockKeys() {
		List<String> keys = new ArrayList<>();
		((List<?>) this.redis.cli("KEYS", "lock:*")).forEach((key) -> keys.add((String) key));
		keys.removeIf((key) -> key.endsWith(":fence"));
		return keys;
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(20));
	}

}
