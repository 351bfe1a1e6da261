package io.distributedlock.actuate.endpoint;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockEvent;
import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the {@link LocksEndpoint} of two instances, over HTTP.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
@RedisServerTest
@Timeout(60)
abstract class AbstractLocksEndpointTests {

	private static final List<String> STRANGE_KEYS = List.of("orders::42", "a/b", "a/b/c d", "{}", "{a}", "a{b", "100%",
			"%7B", "ключ", "鍵", "🔒", "Größe", "a+b", "a b", "a?b=c&d", "a#b", "'quoted'", "a:b@c", "*", "a,b", "~");

	/**
	 * Cannot be told apart in a path, or not by every server.
	 */
	private static final List<String> KEYS_FOR_PARAMETERS = List.of("/", "/a", "a/", "a//b", "..", "a/../b", "a;b=c",
			"\\", "\"", "line\nbreak", "a;/b");

	private final WebApplicationType type;

	@SharedRedis
	private RedisServerProcess redis;

	private LockApplication here;

	private LockApplication there;

	private final List<LockLease> leases = new ArrayList<>();

	AbstractLocksEndpointTests(WebApplicationType type) {
		this.type = type;
	}

	private void startApplications() {
		if (this.here == null) {
			this.here = LockApplication.start(this.type, this.redis);
			this.there = LockApplication.start(this.type, this.redis);
		}
	}

	@AfterEach
	void release() {
		this.leases.forEach(LockLease::close);
		this.leases.clear();
	}

	@AfterAll
	void stop() {
		if (this.here != null) {
			this.here.close();
			this.there.close();
		}
	}

	@Test
	void instanceShowsWhatItHoldsAndWhoWaits() throws Exception {
		LockLease lease = hold("orders::42");
		LockLease elsewhere = this.there.locks().acquire(spec("orders::43"));
		CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> this.here.locks()
			.acquire(spec("orders::43").withName("waiting").withWaitTime(Duration.ofSeconds(20)))
			.close());
		LockTemplate template = this.here.bean(LockTemplate.class);
		Awaitility.await().until(() -> template.activity(1).waiting() == 1);
		HttpResponse<String> response = this.here.get("/locks");
		assertThat(response.statusCode()).isEqualTo(200);
		Map<String, Object> held = LockApplication.read(response, "$.held[0]");
		assertThat(held).containsEntry("key", "orders::42")
			.containsEntry("name", "test")
			.containsEntry("thread", Thread.currentThread().getName())
			.containsEntry("fencingToken", lease.fencingToken())
			.containsEntry("renewals", 0);
		assertThat(Instant.parse((String) held.get("since"))).isBetween(Instant.now().minusSeconds(20), Instant.now());
		assertThat((Integer) held.get("remainingValidityMillis")).isBetween(1000, 20_000);
		Map<String, Object> waiting = LockApplication.read(response, "$.waiting[0]");
		assertThat(waiting).containsEntry("key", "orders::43").containsEntry("name", "waiting");
		assertThat((Integer) waiting.get("remainingMillis")).isBetween(1000, 20_000);
		assertThat(LockApplication.<Integer>read(response, "$.totals.held")).isOne();
		assertThat(LockApplication.<Integer>read(response, "$.totals.waiting")).isOne();
		assertThat(LockApplication.<Integer>read(response, "$.totals.acquired")).isPositive();
		assertThat(LockApplication.<String>read(response, "$.mode")).isEqualTo("redis");
		assertThat(LockApplication.<String>read(response, "$.store.state")).isEqualTo("up");
		assertThat(LockApplication.<String>read(response, "$.store.details.evictionPolicy")).isEqualTo("noeviction");
		elsewhere.close();
		waiter.get(10, TimeUnit.SECONDS);
	}

	@Test
	void lockShowsItsHolderInAnotherInstanceAndItsQueue() throws Exception {
		Instant start = Instant.now();
		LockLease lease = hold("orders::42");
		CompletableFuture<Void> waiter = CompletableFuture.runAsync(
				() -> this.there.locks().acquire(spec("orders::42").withWaitTime(Duration.ofSeconds(20))).close());
		awaitQueued(this.there, "orders::42", Duration.ofMillis(1));
		HttpResponse<String> response = this.there.get("/locks/orders::42");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(LockApplication.<Boolean>read(response, "$.held")).isTrue();
		assertThat(LockApplication.<Map<String, Object>>read(response, "$.holder"))
			.containsEntry("application", "orders")
			.containsEntry("pid", (int) ProcessHandle.current().pid())
			.containsOnlyKeys("application", "host", "pid");
		assertThat(LockApplication.<Map<String, Object>>read(response, "$.waiters[0]")).containsEntry("application",
				"orders");
		assertThat(Instant.parse(LockApplication.<String>read(response, "$.since"))).isBetween(start.minusSeconds(1),
				Instant.now().plusSeconds(1));
		assertThat(LockApplication.<Long>read(response, "$.fencingToken")).isEqualTo(lease.fencingToken());
		assertThat(LockApplication.<Long>read(response, "$.lastFencingToken"))
			.isEqualTo(lease.fencingToken() + LockStore.TOKENS_PER_GRANT - 1);
		assertThat(LockApplication.<Integer>read(response, "$.remainingMillis")).isBetween(1000, 20_000);
		lease.close();
		waiter.get(10, TimeUnit.SECONDS);
	}

	@Test
	void freeLockAndLockOfAnotherProgramAreShownAsSuch() throws Exception {
		startApplications();
		HttpResponse<String> free = this.here.get("/locks/free");
		assertThat(free.statusCode()).isEqualTo(200);
		assertThat(LockApplication.<Boolean>read(free, "$.held")).isFalse();
		this.redis.cli("SET", "lock:{foreign}", "secret-of-another-program", "PX", "60000");
		HttpResponse<String> foreign = this.here.get("/locks/foreign");
		assertThat(LockApplication.<Boolean>read(foreign, "$.held")).isTrue();
		assertThat(LockApplication.<Map<String, Object>>read(foreign, "$")).doesNotContainKey("holder");
		assertThat(foreign.body()).doesNotContain("secret");
	}

	@Test
	void locksOfAllInstancesAreShownPageByPage() throws Exception {
		for (int i = 0; i < 150; i++) {
			hold("here-" + i);
			this.leases.add(this.there.locks().acquire(spec("there-" + i)));
		}
		List<String> keys = new ArrayList<>();
		String cursor = "";
		int pages = 0;
		while (cursor != null) {
			HttpResponse<String> response = this.here.get(
					"/locks?scope=all&size=20" + (cursor.isEmpty() ? "" : "&cursor=" + LockApplication.encode(cursor)));
			assertThat(response.statusCode()).isEqualTo(200);
			keys.addAll(LockApplication.<List<String>>read(response, "$.locks[*].key"));
			cursor = (String) LockApplication.<Map<String, Object>>read(response, "$").get("cursor");
			pages++;
		}
		assertThat(pages).isGreaterThan(1);
		assertThat(keys).contains("here-0", "here-149", "there-0", "there-149");
		assertThat(keys.stream().filter((key) -> key.matches("t?here-\\d+")).distinct()).hasSize(300);
	}

	@Test
	void keysThatWereWaitedForMostAreShown() throws Exception {
		startApplications();
		for (String key : List.of("cold", "hot", "hot", "hot")) {
			LockLease lease = this.here.locks().acquire(spec(key));
			CompletableFuture<Void> waiter = CompletableFuture
				.runAsync(() -> this.here.locks().acquire(spec(key).withWaitTime(Duration.ofSeconds(20))).close());
			awaitQueued(this.here, key, Duration.ofMillis("hot".equals(key) ? 200 : 1));
			lease.close();
			waiter.get(10, TimeUnit.SECONDS);
		}
		HttpResponse<String> response = this.here.get("/locks?hot=1");
		assertThat(LockApplication.<List<String>>read(response, "$.hot[*].key")).containsExactly("hot");
		assertThat(LockApplication.<Integer>read(response, "$.hot[0].waitedMillis")).isGreaterThanOrEqualTo(600);
		assertThat(LockApplication.<Integer>read(response, "$.hot[0].waits")).isEqualTo(3);
		assertThat(LockApplication.<List<String>>read(this.here.get("/locks?hot=20"), "$.hot[*].key")).startsWith("hot")
			.contains("cold");
	}

	@Test
	void everyKeySurvivesTheUrl() throws Exception {
		for (String key : STRANGE_KEYS) {
			hold(key);
			String path = "/locks/"
					+ String.join("/", List.of(key.split("/")).stream().map(LockApplication::encode).toList());
			assertHeld(this.there.get(path), key);
			assertHeld(this.there.get("/locks?key=" + LockApplication.encode(key)), key);
			HttpResponse<String> released = this.there.send("DELETE", path);
			assertHeld(released, key);
			assertThat(LockApplication.<Boolean>read(this.there.get(path), "$.held")).as("key '%s'", key).isFalse();
		}
	}

	@Test
	void everyKeyCanBeAParameter() throws Exception {
		for (String key : KEYS_FOR_PARAMETERS) {
			hold(key);
			String path = "/locks?key=" + LockApplication.encode(key);
			assertHeld(this.there.get(path), key);
			assertHeld(this.there.send("DELETE", path), key);
			assertThat(LockApplication.<Boolean>read(this.there.get(path), "$.held")).as("key '%s'", key).isFalse();
		}
	}

	/**
	 * Wait until a waiter has found the lock held: before that, it may still find it
	 * free.
	 */
	private static void awaitQueued(LockApplication application, String key, Duration atLeast) {
		Awaitility.await()
			.pollDelay(atLeast)
			.untilAsserted(
					() -> assertThat(LockApplication.<Integer>read(application.get("/locks/" + key), "$.waiting"))
						.isOne());
	}

	private static void assertHeld(HttpResponse<String> response, String key) {
		assertThat(response.statusCode()).as("key '%s': %s", key, response.body()).isEqualTo(200);
		assertThat(LockApplication.<String>read(response, "$.key")).isEqualTo(key);
		assertThat(LockApplication.<Boolean>read(response, "$.held")).as("key '%s'", key).isTrue();
	}

	@Test
	void forcedReleaseEndsTheHoldInTheOtherInstanceAndLetsTheNextIn() throws Exception {
		LockLease lease = hold("orders::42");
		CompletableFuture<LockLease> waiter = CompletableFuture
			.supplyAsync(() -> this.there.locks().acquire(spec("orders::42").withWaitTime(Duration.ofSeconds(20))));
		Awaitility.await().until(() -> this.there.bean(LockTemplate.class).activity(1).waiting() == 1);
		HttpResponse<String> response = this.there.send("DELETE", "/locks/orders::42");
		assertThat(response.statusCode()).isEqualTo(200);
		LockLease next = waiter.get(1, TimeUnit.SECONDS);
		Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> !lease.isHeld());
		assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
		assertThat(lease.release()).isEqualTo(ReleaseOutcome.LOST);
		assertThat(next.isHeld()).isTrue();
		assertThat(next.release()).isEqualTo(ReleaseOutcome.RELEASED);
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.here.events()).anyMatch((event) -> event instanceof LockEvent.Lost lost
					&& lost.key().equals("orders::42") && lost.fencingToken() == lease.fencingToken()));
	}

	@Test
	void forcedReleaseIsLoggedAndAudited(CapturedOutput output) throws Exception {
		hold("audited\nline");
		String user = (this.type == WebApplicationType.SERVLET) ? "alice" : null;
		this.there.send("DELETE", "/locks?key=" + LockApplication.encode("audited\nline"), UserFilter.HEADER, "alice");
		assertThat(output).contains("Lock 'audited?line' was released by force by %s. Its holder was orders@"
			.formatted((user != null) ? "'alice'" : "an unknown user"));
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.there.events()).anySatisfy(
					(event) -> assertThat(event).isInstanceOfSatisfying(LockEvent.ForceReleased.class, (forced) -> {
						assertThat(forced.key()).isEqualTo("audited\nline");
						assertThat(forced.holder()).matches("orders@.+/" + ProcessHandle.current().pid());
						assertThat(forced.principal()).isEqualTo(user);
					})));
		assertThat(this.there.audits()).last().satisfies((audit) -> {
			assertThat(audit.getAuditEvent().getType()).isEqualTo("LOCK_FORCE_RELEASED");
			assertThat(audit.getAuditEvent().getPrincipal()).isEqualTo((user != null) ? user : "");
			assertThat(audit.getAuditEvent().getData()).containsEntry("key", "audited\nline");
		});
	}

	@Test
	void forcedReleaseOfAFreeLockFindsNothing(CapturedOutput output) throws Exception {
		startApplications();
		HttpResponse<String> response = this.here.send("DELETE", "/locks/free");
		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(LockApplication.<Boolean>read(response, "$.held")).isFalse();
		assertThat(this.here.send("DELETE", "/locks").statusCode()).isEqualTo(400);
		assertThat(output).doesNotContain("was released by force");
	}

	@Test
	void wrongRequestsAreRefused() throws Exception {
		startApplications();
		for (String wrong : List.of("?scope=cluster", "?size=0", "?size=1001", "?hot=0", "?hot=x",
				"?scope=all&cursor=x", "?key=", "?key=%20")) {
			assertThat(this.here.get("/locks" + wrong).statusCode()).as(wrong).isEqualTo(400);
		}
	}

	@Test
	void nothingIsReleasedUnlessAccessIsUnrestricted() throws Exception {
		startApplications();
		try (LockApplication readOnly = LockApplication.start(this.type, this.redis,
				"management.endpoint.locks.access=read-only");
				LockApplication none = LockApplication.start(this.type, this.redis,
						"management.endpoint.locks.access=none")) {
			LockLease lease = hold("safe");
			assertThat(readOnly.send("DELETE", "/locks/safe").statusCode()).isIn(404, 405);
			assertThat(readOnly.send("DELETE", "/locks?key=safe").statusCode()).isIn(404, 405);
			assertThat(readOnly.get("/locks/safe").statusCode()).isEqualTo(200);
			assertThat(none.get("/locks").statusCode()).isEqualTo(404);
			assertThat(this.redis.cli("EXISTS", "lock:{safe}")).isEqualTo(1L);
			assertThat(lease.isHeld()).isTrue();
		}
	}

	@Test
	void storeThatIsAwayIsServiceUnavailable() throws Exception {
		try (LockApplication application = LockApplication.start(this.type, this.redis, "spring.data.redis.port=1",
				"spring.data.redis.host=127.0.0.1")) {
			for (String path : List.of("/locks/k", "/locks?scope=all")) {
				HttpResponse<String> response = application.get(path);
				assertThat(response.statusCode()).isEqualTo(503);
				assertThat(LockApplication.<String>read(response, "$.error")).contains("Not connected to Redis");
			}
			HttpResponse<String> instance = application.get("/locks");
			assertThat(instance.statusCode()).isEqualTo(200);
			assertThat(LockApplication.<List<String>>read(instance, "$.store.warnings")).hasSize(1);
		}
	}

	@Test
	void nothingSecretIsShown() throws Exception {
		hold("orders::42");
		String token = (String) this.redis.cli("GET", "lock:{orders::42}");
		String random = token.substring(token.indexOf(':') + 1, token.indexOf('#'));
		for (String path : List.of("/locks", "/locks/orders::42", "/locks?scope=all", "/locks?hot=20", "/health")) {
			assertThat(this.there.get(path).body()).doesNotContain(random);
			assertThat(this.here.get(path).body()).doesNotContain(random);
		}
	}

	private LockLease hold(String key) {
		startApplications();
		LockLease lease = this.here.locks().acquire(spec(key));
		this.leases.add(lease);
		return lease;
	}

	private static LockSpec spec(String key) {
		return LockSpec.of(key).withName("test").withTtl(Duration.ofSeconds(20)).withWaitTime(Duration.ZERO);
	}

}
