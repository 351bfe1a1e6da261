package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.distributedlock.LockLease;
import io.distributedlock.LockNotReplicatedException;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.redis.internal.LockKeys;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.Oracle;
import io.distributedlock.testsupport.RedisEndpoint;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.ReplicatedRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * What replicas know of locks, and what becomes of locks when one of them takes over.
 */
@Timeout(60)
class ReplicationIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("k").withTtl(Duration.ofSeconds(20)).withWaitTime(Duration.ZERO);

	private static final LockSpec PATIENT = SPEC.withWaitTime(Duration.ofSeconds(20));

	private static final RequiredReplicas ONE = new RequiredReplicas(1, Duration.ofMillis(200));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private ReplicatedRedis redis;

	private RedisLockTemplate guarded;

	@BeforeEach
	void start() {
		this.redis = ReplicatedRedis.start();
		this.guarded = template(this.redis.master(), ONE);
	}

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.redis.replica().resume();
		this.guarded.stop();
		this.redis.close();
	}

	@Test
	void nobodyAsksReplicasByDefault() {
		RedisLockTemplate template = template(this.redis.master(), RequiredReplicas.NONE);
		try {
			template.acquire(PATIENT).close();
			this.redis.replica().pause();
			long connections = connections(this.redis.master());
			this.redis.master().resetStats();
			for (int i = 0; i < 20; i++) {
				template.acquire(PATIENT).close();
			}
			assertThat(this.redis.master().commandCalls()).doesNotContainKey("wait").containsEntry("evalsha", 40L);
			assertThat(connections(this.redis.master())).isEqualTo(connections);
		}
		finally {
			template.stop();
		}
	}

	@Test
	void lockThatIsGrantedIsThereWhenTheReplicaTakesOver() {
		for (int i = 0; i < 50; i++) {
			LockLease lease = this.guarded.acquire(LockSpec.of("k" + i));
			assertThat(this.redis.replica().cli("GET", "lock:{k" + i + "}")).as("lock on the replica").isNotNull();
			lease.close();
		}
		assertThat(this.redis.master().commandCalls().get("wait")).isEqualTo(50);
	}

	@Test
	void lockIsNotGivenButReleasedWithoutReplicasAndGivenAgainWhenTheyAreBack() {
		this.guarded.acquire(PATIENT).close();
		this.redis.replica().kill();
		assertThatExceptionOfType(LockNotReplicatedException.class)
			.isThrownBy(() -> this.guarded.acquire(SPEC.withWaitTime(Duration.ofMillis(700))))
			.withMessageContaining("Lock 'k' was not acquired within ")
			.withMessageContaining("0 replica(s) had the lock within 200 ms")
			.withMessageContaining("'distributed-lock.redis.min-replicas' is 1");
		await().until(() -> this.redis.master().cli("GET", "lock:{k}") == null);
		this.redis.replica().restart();
		LockLease lease = this.guarded.acquire(PATIENT);
		assertThat(this.redis.replica().cli("GET", "lock:{k}")).as("lock on the replica").isNotNull();
		lease.close();
	}

	@Test
	void callerThatDoesNotWaitLearnsOfMissingReplicasByTheSameError() {
		RedisLockTemplate template = template(this.redis.master(), new RequiredReplicas(2, Duration.ofMillis(50)));
		try {
			for (Duration waitTime : List.of(Duration.ofSeconds(2), Duration.ZERO)) {
				assertThatExceptionOfType(LockNotReplicatedException.class)
					.isThrownBy(() -> template.acquire(SPEC.withWaitTime(waitTime)))
					.withMessageContaining("1 replica(s) had the lock")
					.withMessageContaining("is 2");
				await().until(() -> this.redis.master().cli("GET", "lock:{k}") == null);
			}
		}
		finally {
			template.stop();
		}
	}

	@Test
	void waiterGetsInWhenTheReplicaIsBack() throws Exception {
		this.guarded.acquire(PATIENT).close();
		this.redis.replica().pause();
		Future<LockLease> waiter = this.threads.submit(() -> this.guarded.acquire(PATIENT));
		await().during(Duration.ofMillis(500)).until(() -> !waiter.isDone());
		this.redis.replica().resume();
		assertThat(waiter.get(10, TimeUnit.SECONDS).isHeld()).isTrue();
	}

	@Test
	void waiterThatIsHandedALockEntersOnlyWhenTheReplicaHasIt() throws Exception {
		RedisLockTemplate other = template(this.redis.master(), RequiredReplicas.NONE);
		try {
			LockLease held = other.acquire(PATIENT);
			Future<LockLease> waiter = this.threads.submit(() -> this.guarded.acquire(PATIENT));
			await().until(() -> this.redis.master().cli("LLEN", "lock:{k}:queue").equals(1L));
			this.redis.replica().pause();
			held.close();
			await().until(() -> String.valueOf(this.redis.master().cli("GET", "lock:{k}")).contains("guarded@"));
			await().during(Duration.ofMillis(500)).until(() -> !waiter.isDone());
			this.redis.replica().resume();
			LockLease lease = waiter.get(10, TimeUnit.SECONDS);
			assertThat(String.valueOf(this.redis.replica().cli("GET", "lock:{k}"))).contains("guarded@");
			lease.close();
		}
		finally {
			other.stop();
		}
	}

	@Test
	void manyThreadsShareTheirWaitsAndExcludeEachOther() throws Exception {
		Oracle oracle = new Oracle();
		List<Future<?>> workers = new ArrayList<>();
		for (int i = 0; i < 16; i++) {
			LockSpec own = LockSpec.of("own-" + i).withWaitTime(Duration.ofSeconds(20));
			workers.add(this.threads.submit(() -> {
				for (int round = 0; round < 20; round++) {
					this.guarded.acquire(own).close();
					try (LockLease lease = this.guarded.acquire(PATIENT)) {
						lease.ensureHeld();
						oracle.enter();
						oracle.exit();
					}
				}
			}));
		}
		for (Future<?> worker : workers) {
			worker.get(30, TimeUnit.SECONDS);
		}
		assertThat(oracle.maxHolders()).isEqualTo(1);
		assertThat(this.redis.master().commandCalls().get("wait")).isBetween(20L, 600L);
	}

	@Test
	void missingPermissionToWaitIsToldAtOnceAndLeavesNothing() {
		this.redis.master().cli("ACL", "SETUSER", "locks", "on", ">secret", "~*", "&*", "+@all", "-wait");
		LettuceConnectionFactory application = new LettuceConnectionFactory(this.redis.master().host(),
				this.redis.master().port());
		application.getStandaloneConfiguration().setUsername("locks");
		application.getStandaloneConfiguration().setPassword("secret");
		RedisLockTemplate template = template(application, ONE);
		try {
			assertThatExceptionOfType(LockStoreException.class).isThrownBy(() -> template.acquire(PATIENT))
				.isNotInstanceOf(LockStoreUnavailableException.class)
				.withMessageContaining("NOPERM")
				.withMessageContaining("'wait'");
			await().until(() -> this.redis.master().cli("GET", "lock:{k}") == null);
		}
		finally {
			template.stop();
		}
	}

	@Test
	void replicasAreAskedWhicheverOfTheNodesIsTheMaster() {
		try (TestStores stores = new TestStores()) {
			RedisLockTemplate template = template(stores.application(TestStores.masterReplica(this.redis), (client) -> {
			}), ONE);
			try {
				template.acquire(PATIENT).close();
				this.redis.replica().pause();
				assertThatExceptionOfType(LockNotReplicatedException.class)
					.isThrownBy(() -> template.acquire(SPEC.withWaitTime(Duration.ofMillis(500))));
			}
			finally {
				template.stop();
			}
		}
	}

	/**
	 * A name or an address now leads to the other server, but only the connection on
	 * which locks are acquired was closed.
	 */
	@Test
	void serverThatHasBecomeAReplicaIsNotAskedForItsReplicasForEver() {
		AtomicReference<RedisServerProcess> named = new AtomicReference<>(this.redis.master());
		RedisEndpoint name = mock(RedisEndpoint.class);
		given(name.host()).willAnswer((call) -> named.get().host());
		given(name.port()).willAnswer((call) -> named.get().port());
		FaultProxy network = new FaultProxy(name);
		RedisLockTemplate template = template(network, ONE);
		try {
			for (int i = 0; i < 2; i++) {
				template.acquire(PATIENT).close();
			}
			named.set(this.redis.replica());
			this.redis.replica().cli("REPLICAOF", "NO", "ONE");
			this.redis.master()
				.cli("REPLICAOF", this.redis.replica().host(), Integer.toString(this.redis.replica().port()));
			network.reset((request) -> request.startsWith("EVALSHA"));
			template.acquire(PATIENT).close();
			assertThat(this.redis.replica().commandCalls()).containsKey("wait");
		}
		finally {
			template.stop();
			network.close();
		}
	}

	/**
	 * The server that is asked may have taken over from the one that has granted the
	 * lock, and have an older state of it.
	 */
	@Test
	void confirmationStartsTheTimeToLiveOfTheOwnersLockAnew() {
		LeaseRequest request = new LeaseRequest("k", "guarded@host/1:a#1", Duration.ofSeconds(20));
		LockCommand command = new LockCommand(LockCommand.Action.TRY, new LockKeys("lock:").all("k"), request);
		RedisClient client = RedisClient
			.create(RedisURI.create(this.redis.master().host(), this.redis.master().port()));
		try {
			RedisAsyncCommands<byte[], byte[]> commands = client.connect(ByteArrayCodec.INSTANCE).async();
			ReplicaWait wait = new ReplicaWait(() -> CompletableFuture.completedStage(commands), ONE);
			this.redis.master().cli("SET", "lock:{k}", request.owner(), "PX", "2000");
			assertThat(wait.confirm(command)).succeedsWithin(Duration.ofSeconds(10));
			assertThat((Long) this.redis.replica().cli("PTTL", "lock:{k}")).isGreaterThan(2000);
			this.redis.master().cli("SET", "lock:{k}", "another", "PX", "2000");
			assertThat(wait.confirm(command)).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.withMessageContaining("the lock was lost before it was known whether replicas have it");
			assertThat((Long) this.redis.master().cli("PTTL", "lock:{k}")).isLessThanOrEqualTo(2000);
		}
		finally {
			client.shutdown(0, 5, TimeUnit.SECONDS);
		}
	}

	@Test
	void leaseIsLostInTimeWhenRedisIsSetToRefuseWritesWithoutReplicas() {
		this.redis.master().cli("CONFIG", "SET", "min-replicas-max-lag", "2");
		this.redis.master().cli("CONFIG", "SET", "min-replicas-to-write", "1");
		LockLease lease = this.guarded.acquire(PATIENT.withTtl(Duration.ofSeconds(3)));
		await().during(Duration.ofMillis(1500)).until(lease::isHeld);
		this.redis.replica().pause();
		await().atMost(Duration.ofSeconds(20)).until(() -> !lease.isHeld());
	}

	/**
	 * What asynchronous replication cannot prevent, and what helps all the same: whoever
	 * checks fencing tokens refuses the first holder.
	 */
	@Test
	void lockThatTheReplicaHasMissedCanBeHeldTwiceButTheSecondHolderHasTheHigherToken() {
		RedisLockTemplate here = template(this.redis.master(), RequiredReplicas.NONE);
		RedisLockTemplate there = template(this.redis.replica(), RequiredReplicas.NONE);
		try {
			here.acquire(PATIENT.withKey("warm")).close();
			this.redis.replica().pause();
			// Otherwise it would read what waits in the connection
			this.redis.master().cli("CLIENT", "KILL", "TYPE", "replica");
			LockLease first = here.acquire(PATIENT);
			this.redis.master().kill();
			this.redis.replica().resume();
			this.redis.replica().cli("REPLICAOF", "NO", "ONE");
			LockLease second = there.acquire(PATIENT);
			assertThat(first.isHeld()).as("both rely on the lock").isTrue();
			assertThat(second.isHeld()).as("both rely on the lock").isTrue();
			assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
		}
		finally {
			here.stop();
			there.stop();
		}
	}

	private RedisLockTemplate template(RedisEndpoint server, RequiredReplicas replicas) {
		return template(new LettuceConnectionFactory(server.host(), server.port()), replicas);
	}

	private RedisLockTemplate template(LettuceConnectionFactory application, RequiredReplicas replicas) {
		LockSettings settings = new LockSettings((replicas.count() > 0) ? "guarded" : "free", Duration.ofSeconds(30),
				Duration.ofSeconds(5), true, ReleaseMode.SYNC, Duration.ofMillis(500), Duration.ofSeconds(1), 32);
		RedisLockTemplate template = new RedisLockTemplate(
				new RedisLockStore(application, "lock:", Duration.ofSeconds(60), replicas), settings);
		template.start();
		return template;
	}

	private static long connections(RedisServerProcess server) {
		return ((String) server.cli("CLIENT", "LIST")).lines().count();
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(10));
	}

}
