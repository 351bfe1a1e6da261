package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockLease;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What is on the wire and in Redis, seen by an independent client.
 */
@RedisServerTest
class RedisLockStoreIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("42").withWaitTime(Duration.ZERO).withTtl(Duration.ofSeconds(10));

	@SharedRedis
	private RedisServerProcess redis;

	private RedisLockStore store;

	private RedisLockTemplate template;

	@BeforeEach
	void start() {
		this.store = new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:",
				Duration.ofSeconds(60));
		this.template = new RedisLockTemplate(this.store, new LockSettings("orders app", Duration.ofSeconds(10),
				Duration.ofSeconds(5), true, ReleaseMode.SYNC, Duration.ofSeconds(1), Duration.ofSeconds(1), 32));
		this.template.start();
	}

	@AfterEach
	void stop() {
		this.template.stop();
	}

	@Test
	void lockIsAPlainStringWithExpiryUnderItsReadableKey() {
		LockLease lease = this.template.acquire(SPEC);
		assertThat(this.redis.cli("KEYS", "*")).asInstanceOf(InstanceOfAssertFactories.LIST)
			.containsExactlyInAnyOrder("lock:{42}", "lock:{42}:fence");
		assertThat((String) this.redis.cli("GET", "lock:{42}"))
			.matches("orders_app@.+/%d:[\\w-]{22}#\\w+".formatted(ProcessHandle.current().pid()));
		assertThat((Long) this.redis.cli("PTTL", "lock:{42}")).isBetween(5_000L, 10_000L);
		assertThat(this.redis.cli("GET", "lock:{42}:fence"))
			.isEqualTo(Long.toString(lease.fencingToken() + LockStore.TOKENS_PER_GRANT - 1));
		assertThat((Long) this.redis.cli("PTTL", "lock:{42}:fence")).isBetween(55_000L, 60_000L);
		lease.close();
		assertThat(this.redis.cli("EXISTS", "lock:{42}")).isEqualTo(0L);
	}

	@Test
	void fenceOutlivesALongLease() {
		this.template.acquire(SPEC.withTtl(Duration.ofMinutes(5))).close();
		assertThat((Long) this.redis.cli("PTTL", "lock:{42}:fence")).isGreaterThan(290_000L);
	}

	@Test
	void fenceOfARenewedLockLastsAsLongAsTheLock() {
		RedisLockStore store = new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()),
				"lock:", Duration.ofMillis(1));
		RedisLockTemplate brief = new RedisLockTemplate(store, LockSettings.defaults());
		brief.start();
		try (LockLease lease = brief.acquire(LockSpec.of("long").withTtl(Duration.ofMillis(500)))) {
			long start = System.nanoTime();
			Awaitility.await().during(Duration.ofMillis(900)).atMost(Duration.ofSeconds(3)).untilAsserted(() -> {
				LockState state = store.inspect("long").toCompletableFuture().join();
				Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
				assertThat(state.heldFor()).isBetween(elapsed.minusSeconds(2), elapsed.plusSeconds(2));
				assertThat(state.fencingToken()).isEqualTo(lease.fencingToken() + LockStore.TOKENS_PER_GRANT - 1);
			});
		}
		brief.stop();
	}

	@Test
	void instanceThatOnlyHoldsBrieflyDoesNotListen() {
		for (int i = 0; i < 20; i++) {
			this.template.acquire(SPEC).close();
			Awaitility.await().pollDelay(Duration.ofMillis(50)).until(() -> true);
		}
		assertThat(this.redis.cli("PUBSUB", "CHANNELS", "lock:grants:*")).asInstanceOf(InstanceOfAssertFactories.LIST)
			.isEmpty();
	}

	@Test
	void textThatIsNoCursorIsRefused() {
		for (String cursor : List.of("", "7", "x:0", ":-1", ":123456789012345678901")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.store.scan(cursor, 10))
				.withMessageContaining("is no cursor");
		}
	}

	@Test
	void pageOfLocksCostsNoMoreThanSoManyStepsHoweverManyOtherKeysThereAre() {
		for (int from = 0; from < 20_000; from += 1000) {
			this.redis.cli("EVAL", "for i = 1, 1000 do redis.call('SET', 'other:' .. (i + ARGV[1]), 'x') end", "0",
					Integer.toString(from));
		}
		this.template.acquire(SPEC);
		this.redis.resetStats();
		LockPage page = this.store.scan(null, 10).toCompletableFuture().join();
		assertThat(page.cursor()).isNotNull();
		assertThat(this.redis.commandCalls().get("scan")).isLessThanOrEqualTo(20);
		List<LockState> found = new ArrayList<>(page.locks());
		for (String cursor = page.cursor(); cursor != null; cursor = page.cursor()) {
			page = this.store.scan(cursor, 10).toCompletableFuture().join();
			found.addAll(page.locks());
		}
		assertThat(found).extracting(LockState::key).containsExactly("42");
		assertThat(this.redis.commandCalls()).doesNotContainKey("keys");
	}

	@Test
	void nothingIsLeftInRedisAfterTheFencesHaveExpired() {
		RedisLockTemplate brief = new RedisLockTemplate(
				new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "brief:",
						Duration.ofMillis(200)),
				LockSettings.defaults());
		for (int i = 0; i < 500; i++) {
			brief.acquire(LockSpec.of("key-" + i).withTtl(Duration.ofMillis(200))).close();
		}
		brief.stop();
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> this.redis.dbSize() == 0);
	}

	@Test
	void lockSetByAnotherProgramExcludesUsAndIsNotTouched() {
		this.redis.cli("SET", "lock:{42}", "x", "NX", "PX", "800");
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.template.acquire(SPEC))
			.withMessageContaining("another program")
			.withMessageContaining("'42'");
		assertThat(this.redis.cli("GET", "lock:{42}")).isEqualTo("x");
		LockLease lease = this.template.acquire(SPEC.withWaitTime(Duration.ofSeconds(5)));
		assertThat(this.redis.cli("SET", "lock:{42}", "x", "NX", "PX", "5000")).isNull();
		lease.close();
		assertThat(this.redis.cli("SET", "lock:{42}", "x", "NX", "PX", "5000")).isEqualTo("OK");
	}

	@Test
	void lockWithoutExpiryOfAnotherProgramIsWaitedForWithoutAStorm() {
		this.redis.cli("SET", "lock:{42}", "x");
		this.redis.resetStats();
		assertThat(this.template.tryAcquire(SPEC.withWaitTime(Duration.ofMillis(1000)))).isEmpty();
		assertThat(scriptCalls()).isBetween(2L, 40L);
		assertThat(this.redis.cli("GET", "lock:{42}")).isEqualTo("x");
	}

	@Test
	void lockRemovedFromRedisIsLostAtTheNextRenewalAndNotResurrected() {
		LockLease lease = this.template.acquire(SPEC.withTtl(Duration.ofSeconds(3)));
		this.redis.cli("DEL", "lock:{42}");
		Awaitility.await().atMost(Duration.ofMillis(2500)).until(() -> !lease.isHeld());
		assertThat(this.redis.cli("EXISTS", "lock:{42}")).isEqualTo(0L);
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
	}

	@Test
	void renewedLockNeverHasNoExpiry() {
		LockLease lease = this.template.acquire(SPEC.withTtl(Duration.ofMillis(600)));
		Awaitility.await()
			.pollInterval(Duration.ofMillis(20))
			.during(Duration.ofMillis(1000))
			.until(() -> (Long) this.redis.cli("PTTL", "lock:{42}"), (pttl) -> pttl > 0 && pttl <= 600);
		lease.close();
	}

	@Test
	void acquisitionAndReleaseAreTwoCommandsAndNothingIsPublished() {
		this.template.acquire(SPEC).close();
		this.redis.resetStats();
		for (int i = 0; i < 100; i++) {
			this.template.acquire(LockSpec.of("pair-" + i)).close();
		}
		Map<String, Long> calls = this.redis.commandCalls();
		assertThat(calls.get("evalsha")).isEqualTo(200);
		assertThat(calls).doesNotContainKeys("eval", "publish", "subscribe", "wait", "script");
	}

	@Test
	void scriptsThatRedisHasForgottenAreSentAgain() {
		LockLease lease = this.template.acquire(SPEC.withTtl(Duration.ofMillis(600)));
		this.redis.cli("SCRIPT", "FLUSH");
		Awaitility.await().during(Duration.ofMillis(900)).until(lease::isHeld);
		this.redis.cli("SCRIPT", "FLUSH");
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.RELEASED);
		this.redis.cli("SCRIPT", "FLUSH");
		this.template.acquire(SPEC).close();
		this.redis.resetStats();
		this.template.acquire(SPEC).close();
		assertThat(this.redis.commandCalls()).doesNotContainKey("eval");
	}

	@Test
	void fencingTokensRiseEvenWhenRedisHasLostItsData() {
		long last = 0;
		for (int i = 0; i < 20; i++) {
			LockLease lease = this.template.acquire(SPEC);
			assertThat(lease.fencingToken()).isGreaterThan(last);
			last = lease.fencingToken();
			lease.close();
			this.redis.flushAll();
		}
	}

	@Test
	void fencingTokensRiseAboveARememberedOneThatIsAheadOfTheClock() {
		long ahead = 4_000_000_000_000_000L;
		this.redis.cli("SET", "lock:{42}:fence", Long.toString(ahead));
		LockLease first = this.template.acquire(SPEC);
		first.close();
		LockLease second = this.template.acquire(SPEC);
		second.close();
		assertThat(List.of(first.fencingToken(), second.fencingToken())).containsExactly(ahead + 1,
				ahead + 1 + LockStore.TOKENS_PER_GRANT);
	}

	@Test
	void fenceThatIsAheadOfTheClockIsKeptUntilTheClockHasCaughtUp() {
		long ahead = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis() + 10_000);
		this.redis.cli("SET", "lock:{42}:fence", Long.toString(ahead));
		this.template.acquire(SPEC).close();
		assertThat((Long) this.redis.cli("PTTL", "lock:{42}:fence")).isBetween(65_000L, 70_001L);
		this.redis.cli("SET", "lock:{42}:fence", Long.toString(2 * ahead));
		this.template.acquire(SPEC).close();
		assertThat((Long) this.redis.cli("PTTL", "lock:{42}:fence"))
			.isLessThanOrEqualTo(Duration.ofDays(1).plusMinutes(1).toMillis());
	}

	@Test
	void keyOfAForeignTypeIsAClearErrorAndNotTouched() {
		this.redis.cli("HSET", "lock:{42}", "field", "value");
		assertThatExceptionOfType(LockStoreException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofSeconds(5))))
			.isNotInstanceOf(LockStoreUnavailableException.class)
			.withMessageContaining("WRONGTYPE")
			.withMessageContaining("key-prefix");
		assertThat(this.redis.cli("HGET", "lock:{42}", "field")).isEqualTo("value");
	}

	@ParameterizedTest
	@ValueSource(strings = { "lock:{42}:queue", "lock:{42}:fence" })
	void acquisitionThatFailsBecauseOfAnotherKeyLeavesNoLock(String key) {
		this.redis.cli("HSET", key, "field", "value");
		assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> this.template.acquire(SPEC))
			.isNotInstanceOf(LockStoreUnavailableException.class)
			.withMessageContaining("WRONGTYPE")
			.withMessageContaining("key-prefix");
		assertThat(this.redis.cli("EXISTS", "lock:{42}")).isEqualTo(0L);
		this.redis.cli("DEL", key);
		this.template.acquire(SPEC).close();
	}

	@Test
	void lockThatAnotherProgramKeepsAlmostForeverIsBusy() {
		this.redis.cli("SET", "lock:{42}", "another program");
		this.redis.cli("PEXPIREAT", "lock:{42}", "253402300799000");
		assertThatExceptionOfType(LockNotAcquiredException.class)
			.isThrownBy(() -> this.template.acquire(SPEC.withWaitTime(Duration.ofMillis(200))));
		assertThat(this.store.inspect("42").toCompletableFuture().join().remaining()).isEqualTo(LockSpec.MAX_DURATION);
	}

	@Test
	void specialCharactersAreEncodedReadably() {
		this.template.acquire(LockSpec.of("New York {id} 100% ключ"));
		assertThat(this.redis.cli("EXISTS", "lock:{New%20York%20%7Bid%7D%20100%25%20ключ}")).isEqualTo(1L);
	}

	@Test
	void veryLongKeyIsShortenedInRedis() {
		this.template.acquire(LockSpec.of("x".repeat(LockSpec.MAX_KEY_LENGTH)));
		List<?> keys = (List<?>) this.redis.cli("KEYS", "*");
		assertThat(keys).hasSize(2)
			.allSatisfy((
					key) -> assertThat((String) key).startsWith("lock:{xxx").contains("%sha256:").hasSizeLessThan(256));
	}

	@Test
	void allLocksOfAnInstanceShareOneConnection() {
		long before = connections();
		for (int i = 0; i < 50; i++) {
			this.template.acquire(LockSpec.of("key-" + i));
		}
		assertThat(connections()).isEqualTo(before);
		this.template.stop();
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> connections() == before - 1);
	}

	/**
	 * Return how many scripts were called. The first call of each is by its source.
	 */
	private long scriptCalls() {
		Map<String, Long> calls = this.redis.commandCalls();
		return calls.getOrDefault("eval", 0L) + calls.getOrDefault("evalsha", 0L);
	}

	private long connections() {
		return ((String) this.redis.cli("CLIENT", "LIST")).lines().count();
	}

}
