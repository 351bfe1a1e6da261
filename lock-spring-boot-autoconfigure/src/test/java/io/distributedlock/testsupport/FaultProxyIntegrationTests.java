package io.distributedlock.testsupport;

import java.io.EOFException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link FaultProxy}.
 */
@RedisServerTest
class FaultProxyIntegrationTests {

	private static final Duration SHORT = Duration.ofMillis(200);

	private static final Duration LONG = Duration.ofSeconds(10);

	private static final Predicate<String> SET = (request) -> request.startsWith("SET ");

	private final RedisServerProcess server;

	private final FaultProxy proxy;

	private final RespClient client;

	FaultProxyIntegrationTests(RedisServerProcess server) {
		this.server = server;
		this.proxy = new FaultProxy(server);
		this.client = new RespClient(this.proxy, LONG);
	}

	@BeforeEach
	void connect() {
		assertThat(this.client.call("PING")).isEqualTo("PONG");
	}

	@AfterEach
	void close() {
		this.client.close();
		this.proxy.close();
		assertThat(this.proxy.connections()).isZero();
		String threads = "fault-proxy-" + this.proxy.port();
		await().pollDelay(Duration.ZERO)
			.atMost(LONG)
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().startsWith(threads)));
	}

	@Test
	void passesEverythingOn() {
		assertThat(this.client.call("SET", "key", "a\r\nb")).isEqualTo("OK");
		assertThat(this.server.cli("GET", "key")).isEqualTo("a\r\nb");
		assertThat(this.proxy.uri()).isEqualTo("redis://127.0.0.1:" + this.proxy.port());
		assertThat(this.proxy.connections()).isOne();
		try (RespClient second = new RespClient(this.proxy)) {
			assertThat(second.call("GET", "key")).isEqualTo("a\r\nb");
			assertThat(this.proxy.connections()).isEqualTo(2);
		}
		await().atMost(LONG).until(() -> this.proxy.connections() == 1);
		assertThat(this.proxy.acceptedConnections()).isEqualTo(2);
	}

	@Test
	void delaysReplies() {
		this.proxy.delayReplies(SHORT);
		long start = System.nanoTime();
		try (RespClient patient = new RespClient(this.proxy, LONG)) {
			patient.send("PING");
			patient.send("PING");
			assertThat(patient.read()).isEqualTo("PONG");
			assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
			assertThat(patient.read()).isEqualTo("PONG");
		}
	}

	@Test
	void deliversDelayedRepliesOnPass() {
		this.proxy.delayReplies(Duration.ofHours(1));
		this.client.send("PING");
		assertNoReply();
		this.proxy.pass();
		assertThat(this.client.read()).isEqualTo("PONG");
		assertThat(this.client.call("ECHO", "next")).isEqualTo("next");
	}

	@Test
	void dropsReplies() {
		this.proxy.dropReplies();
		this.client.send("SET", "key", "value");
		assertNoReply();
		assertThat(this.server.cli("GET", "key")).isEqualTo("value");
		this.proxy.pass();
		assertReset(this.client::read);
		assertProxyWorks();
	}

	@Test
	void dropsRequests() {
		this.proxy.dropRequests();
		this.client.send("SET", "key", "value");
		assertNoReply();
		assertThat(this.server.dbSize()).isZero();
		this.proxy.pass();
		assertReset(this.client::read);
		assertProxyWorks();
		assertThat(this.server.cli("GET", "key")).isNull();
	}

	@Test
	void freezesConnections() {
		this.proxy.freeze();
		this.client.send("SET", "key", "value");
		assertNoReply();
		assertThat(this.server.dbSize()).isZero();
		try (RespClient second = new RespClient(this.proxy, SHORT)) {
			assertTimeout(() -> second.call("PING"));
		}
		this.proxy.pass();
		assertThat(this.client.read()).isEqualTo("OK");
		assertThat(this.server.cli("GET", "key")).isEqualTo("value");
	}

	@Test
	void deliversFrozenRequestOfClientThatGaveUp() {
		this.proxy.freeze();
		this.client.send("SET", "key", "value");
		assertNoReply();
		this.client.close();
		assertThat(this.server.dbSize()).isZero();
		this.proxy.pass();
		await().atMost(LONG).until(() -> this.server.dbSize() == 1);
	}

	@Test
	void resetsConnections() {
		this.proxy.reset();
		assertReset(() -> this.client.call("PING"));
		assertThat(this.proxy.connections()).isZero();
		assertProxyWorks();
	}

	@Test
	void resetsConnectionsThatHaveSentRequest() {
		try (RespClient subscriber = new RespClient(this.proxy)) {
			subscriber.call("SUBSCRIBE", "channel");
			this.proxy.reset((request) -> request.startsWith("SUBSCRIBE"));
			assertReset(subscriber::read);
		}
		assertThat(this.client.call("PING")).isEqualTo("PONG");
		assertProxyWorks();
	}

	@Test
	void refusesConnections() {
		this.proxy.refuse();
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> this.proxy.cli("PING"))
			.withCauseInstanceOf(ConnectException.class);
		assertThat(this.client.call("PING")).isEqualTo("PONG");
		this.proxy.pass();
		assertProxyWorks();
	}

	@Test
	void resetsConnectionWhenServerIsDown() {
		try (RedisServerProcess own = RedisServerProcess.start();
				FaultProxy ownProxy = new FaultProxy(own);
				RespClient ownClient = new RespClient(ownProxy)) {
			ownClient.call("PING");
			own.kill();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> ownClient.call("PING"));
			assertReset(() -> ownProxy.cli("PING"));
			own.restart();
			assertThat(ownProxy.cli("PING")).isEqualTo("PONG");
		}
	}

	@Test
	void dropsRepliesToMatchingRequests() {
		this.proxy.dropReplyWhen(SET);
		this.client.send("ECHO", "before");
		this.client.send("SET", "key", "value");
		this.client.send("SET", "other", "value");
		this.client.send("ECHO", "after");
		assertThat(this.client.read()).isEqualTo("before");
		assertNoReply();
		assertThat(this.server.dbSize()).isEqualTo(2);
		assertThat(this.proxy.cli("ECHO", "other connection")).isEqualTo("other connection");
		this.proxy.pass();
		assertReset(this.client::read);
		assertProxyWorks();
	}

	@Test
	void dropsMatchingRequests() {
		this.proxy.dropRequestWhen(SET);
		this.client.send("INCR", "before");
		this.client.send("SET", "key", "value");
		this.client.send("INCR", "after");
		assertThat(this.client.read()).isEqualTo(1L);
		assertNoReply();
		assertThat(this.server.cli("KEYS", "*")).isEqualTo(List.of("before"));
		this.proxy.pass();
		assertProxyWorks();
	}

	@Test
	void delaysRepliesToMatchingRequests() {
		this.proxy.delayReplyWhen(SET, Duration.ofHours(1));
		assertThat(this.client.call("ECHO", "before")).isEqualTo("before");
		this.client.send("SET", "key", "value");
		this.client.send("ECHO", "after");
		assertNoReply();
		assertThat(this.server.dbSize()).isOne();
		this.proxy.pass();
		assertThat(this.client.read()).isEqualTo("OK");
		assertThat(this.client.read()).isEqualTo("after");
	}

	@Test
	void cutsConnectionBeforeMatchingRequest() {
		this.proxy.cutWhen(SET);
		assertReset(() -> this.client.call("SET", "key", "value"));
		assertThat(this.server.dbSize()).isZero();
		assertThat(this.proxy.cli("PING")).isEqualTo("PONG");
	}

	@Test
	void cutsConnectionBeforeReplyToMatchingRequest() {
		this.proxy.cutReplyWhen(SET);
		assertReset(() -> this.client.call("SET", "key", "value"));
		assertThat(this.server.dbSize()).isOne();
		assertThat(this.proxy.cli("PING")).isEqualTo("PONG");
	}

	@Test
	void limitsRuleToNthMatch() {
		this.proxy.cutWhen(FaultProxy.nth(2, SET));
		assertThat(this.client.call("SET", "one", "1")).isEqualTo("OK");
		assertReset(() -> this.client.call("SET", "two", "2"));
		assertThat(this.proxy.cli("SET", "three", "3")).isEqualTo("OK");
	}

	@Test
	void tellsPublishedMessagesFromReplies() {
		this.proxy.dropReplyWhen(SET);
		this.client.call("HELLO", "3");
		this.client.send("SUBSCRIBE", "channel");
		assertThat(this.client.read()).isEqualTo(List.of("subscribe", "channel", 1L));
		this.client.send("PUBLISH", "channel", "hello");
		assertThat(List.of(this.client.read(), this.client.read()))
			.isEqualTo(List.of(List.of("message", "channel", "hello"), 1L));
		assertThat(this.client.call("ECHO", "next")).isEqualTo("next");
		this.client.send("SET", "key", "value");
		assertNoReply();
	}

	@Test
	void silencesOnlyConnectionsThatHaveSentAMatchingRequest() {
		this.client.send("SUBSCRIBE", "channel");
		assertThat(this.client.read()).isEqualTo(List.of("subscribe", "channel", 1L));
		this.proxy.silence((request) -> request.startsWith("SUBSCRIBE"));
		assertThat(this.proxy.cli("PUBLISH", "channel", "hello")).isEqualTo(1L);
		assertNoReply();
		this.proxy.pass();
		assertReset(this.client::read);
	}

	@Test
	void lettuceGoesOnAfterLostReply() {
		RedisClient lettuce = RedisClient.create(this.proxy.uri());
		try {
			StatefulRedisConnection<String, String> connection = lettuce.connect();
			connection.setTimeout(SHORT);
			RedisCommands<String, String> commands = connection.sync();
			this.proxy.dropReplyWhen(SET);
			assertThatExceptionOfType(RedisCommandTimeoutException.class)
				.isThrownBy(() -> commands.set("key", "value"));
			assertThat(this.server.cli("GET", "key")).isEqualTo("value");
			this.proxy.pass();
			await().atMost(LONG).ignoreExceptions().until(() -> commands.echo("again"), "again"::equals);
			connection.setTimeout(LONG);
			assertThat(commands.get("key")).isEqualTo("value");
		}
		finally {
			lettuce.shutdown(Duration.ZERO, LONG);
		}
	}

	private void assertProxyWorks() {
		assertThat(this.proxy.cli("PING")).isEqualTo("PONG");
	}

	private void assertNoReply() {
		this.client.setTimeout(SHORT);
		assertTimeout(this.client::read);
		this.client.setTimeout(LONG);
	}

	private void assertTimeout(ThrowingCallable call) {
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(call)
			.withCauseInstanceOf(SocketTimeoutException.class);
	}

	private void assertReset(ThrowingCallable call) {
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(call)
			.withCauseInstanceOf(SocketException.class)
			.satisfies((ex) -> assertThat(ex.getCause()).isNotInstanceOf(EOFException.class));
	}

}
