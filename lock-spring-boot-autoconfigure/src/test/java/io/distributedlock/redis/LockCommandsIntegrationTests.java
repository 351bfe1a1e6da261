package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.RenewReply;
import io.distributedlock.testsupport.RedisServerProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Commands of many threads share calls, and are still what each of them alone would be.
 */
@Timeout(60)
class LockCommandsIntegrationTests {

	private static final Duration TTL = Duration.ofSeconds(20);

	private final RedisServerProcess redis = RedisServerProcess.start();

	private final RedisLockStore store = new RedisLockStore(
			new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:", Duration.ofSeconds(60));

	@BeforeEach
	void start() {
		this.store.start("instance", mock(GrantListener.class)).toCompletableFuture().join();
	}

	@AfterEach
	void stop() {
		this.store.stop();
		this.redis.close();
	}

	@Test
	void manyCommandsShareFewCallsAndKeepTheirOrder() throws Exception {
		makeScriptsKnown();
		this.redis.resetStats();
		this.redis.pause();
		List<CompletableFuture<AcquireReply>> acquisitions = new ArrayList<>();
		List<CompletableFuture<Boolean>> releases = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			// The same few keys again and again: only in this order are they free each
			// time
			acquisitions.add(acquire(request(i)));
			releases.add(this.store.release(request(i)).toCompletableFuture());
		}
		this.redis.resume();
		for (int i = 0; i < 500; i++) {
			assertThat(get(acquisitions.get(i))).as("acquisition %d", i).isInstanceOf(AcquireReply.Granted.class);
			assertThat(get(releases.get(i))).as("release %d", i).isTrue();
		}
		assertThat(this.redis.commandCalls().get("evalsha")).isLessThanOrEqualTo(50);
	}

	@Test
	void commandThatFailsDoesNotFailThoseThatShareItsCall() throws Exception {
		makeScriptsKnown();
		this.redis.cli("LPUSH", "lock:{foreign}", "not a lock");
		this.redis.pause();
		List<CompletableFuture<AcquireReply>> before = IntStream.range(0, 20).mapToObj((i) -> acquire(own(i))).toList();
		CompletableFuture<AcquireReply> foreign = acquire(new LeaseRequest("foreign", "instance#x", TTL));
		List<CompletableFuture<AcquireReply>> after = IntStream.range(20, 40).mapToObj((i) -> acquire(own(i))).toList();
		this.redis.resume();
		for (CompletableFuture<AcquireReply> each : before) {
			assertThat(get(each)).isInstanceOf(AcquireReply.Granted.class);
		}
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> get(foreign))
			.havingCause()
			.isExactlyInstanceOf(LockStoreException.class)
			.withMessageContaining("WRONGTYPE")
			.withMessageContaining("distributed-lock.key-prefix");
		for (CompletableFuture<AcquireReply> each : after) {
			assertThat(get(each)).isInstanceOf(AcquireReply.Granted.class);
		}
	}

	@Test
	void questionThatFailsDoesNotFailThoseThatAreAskedWithIt() throws Exception {
		this.redis.cli("LPUSH", "lock:{foreign}", "not a lock");
		List<AcquireReply> replies = get(
				this.store.recheck(List.of(own(1), new LeaseRequest("foreign", "instance#x", TTL), own(2)))
					.toCompletableFuture());
		assertThat(replies).hasSize(3);
		assertThat(replies.get(0)).isInstanceOf(AcquireReply.Granted.class);
		assertThat(replies.get(1)).isInstanceOfSatisfying(AcquireReply.Failed.class,
				(failed) -> assertThat(failed.failure()).isExactlyInstanceOf(LockStoreException.class));
		assertThat(replies.get(2)).isInstanceOf(AcquireReply.Granted.class);
	}

	@Test
	void renewalOfALockWhoseKeyAnotherProgramUsesDoesNotFailThoseThatShareItsCall() throws Exception {
		for (int i = 1; i <= 3; i++) {
			get(acquire(own(i)));
		}
		this.redis.cli("DEL", "lock:{own2}");
		this.redis.cli("LPUSH", "lock:{own2}", "not a lock");
		assertThat(get(this.store.renew(List.of(own(1), own(2), own(3))).toCompletableFuture()))
			.containsExactly(RenewReply.RENEWED, RenewReply.LOST, RenewReply.RENEWED);
	}

	/**
	 * It is not known then who holds the lock.
	 */
	@Test
	void renewalThatRedisDoesNotAllowFailsAndNoLeaseIsTakenForLost() throws Exception {
		get(acquire(own(1)));
		this.redis.cli("ACL", "SETUSER", "default", "-get");
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> get(this.store.renew(List.of(own(1))).toCompletableFuture()))
			.havingCause()
			.isExactlyInstanceOf(LockStoreException.class)
			.withMessageContaining("Grant the Redis user the lock commands");
	}

	@Test
	void commandsThatWaitForACallFailWithTheConnectionAndAreNotSentLater() throws Exception {
		makeScriptsKnown();
		this.redis.pause();
		List<CompletableFuture<AcquireReply>> acquisitions = IntStream.range(0, 100)
			.mapToObj((i) -> acquire(own(i)))
			.toList();
		this.redis.kill();
		for (CompletableFuture<AcquireReply> each : acquisitions) {
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> get(each))
				.withCauseInstanceOf(LockStoreUnavailableException.class);
		}
		this.redis.restart();
		assertThat(this.redis.dbSize()).isZero();
	}

	private LeaseRequest request(int number) {
		return new LeaseRequest("key" + number % 3, "instance#" + number, TTL);
	}

	private static LeaseRequest own(int number) {
		return new LeaseRequest("own" + number, "instance#" + number, TTL);
	}

	private CompletableFuture<AcquireReply> acquire(LeaseRequest request) {
		return this.store.acquire(request, false).toCompletableFuture();
	}

	private void makeScriptsKnown() throws Exception {
		get(acquire(own(0)));
		get(this.store.recheck(List.of(own(0), own(1))).toCompletableFuture());
		get(this.store.release(own(0)).toCompletableFuture());
		get(this.store.release(own(1)).toCompletableFuture());
	}

	private static <T> T get(CompletableFuture<T> future) throws Exception {
		return future.get(10, TimeUnit.SECONDS);
	}

}
