package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.redis.LockCommand.Action;
import io.distributedlock.store.LeaseRequest;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mockito.invocation.InvocationOnMock;
import org.mockito.stubbing.Answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/**
 * Tests for {@link LockCommands} on a connection that does not do what it should.
 */
class LockCommandsTests {

	private final AtomicInteger calls = new AtomicInteger();

	private volatile boolean broken;

	private volatile @Nullable ExecutorService lost;

	private final RedisClusterAsyncCommands<byte[], byte[]> connection = connection(this::answer);

	private final LockCommands commands = new LockCommands(() -> this.connection, (failure) -> {
	}, Runnable::run, false, new byte[0][]);

	@Test
	void callsThatAreNeverAnsweredKeepNoOthersFromBeingSentOnceTheyAreAbandoned() {
		CompletableFuture<?> first = send("a");
		CompletableFuture<?> second = send("b");
		CompletableFuture<?> third = send("c");
		assertThat(this.calls).as("calls, of which two are under way at most").hasValue(2);
		LockStoreUnavailableException reason = new LockStoreUnavailableException("closed", null);
		this.commands.abandonCalls(reason);
		assertThat(first).isCompletedExceptionally();
		assertThat(second).isCompletedExceptionally();
		assertThat(third).isCompletedExceptionally();
		assertThat(first.handle((reply, failure) -> failure).join()).isSameAs(reason);
		send("d");
		assertThat(this.calls).hasValue(3);
	}

	@Test
	void connectionThatThrowsKeepsNoCommandsFromBeingSent() {
		this.broken = true;
		for (int i = 0; i < 5; i++) {
			assertThat(send("a")).isCompletedExceptionally();
		}
		this.broken = false;
		send("b");
		send("c");
		assertThat(this.calls).hasValue(2);
	}

	@Test
	void failuresThatMeetNewCommandsKeepNoCommandsFromBeingSent() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(8);
		ExecutorService thread = Executors.newSingleThreadExecutor();
		this.lost = thread;
		try {
			List<Future<?>> senders = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				senders.add(threads.submit(() -> {
					for (int round = 0; round < 5_000; round++) {
						assertThat(send("a")).failsWithin(Duration.ofSeconds(20));
					}
				}));
			}
			for (Future<?> sender : senders) {
				sender.get(60, TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
			thread.shutdownNow();
		}
	}

	private CompletableFuture<?> send(String key) {
		byte[][] keys = { LockCommand.bytes(key), LockCommand.bytes(key), LockCommand.bytes(key) };
		LockCommand command = new LockCommand(Action.TRY, keys, new LeaseRequest(key, "owner", Duration.ofSeconds(1)));
		this.commands.send(command);
		return command.reply();
	}

	private @Nullable Object answer(InvocationOnMock invocation) {
		if (this.broken) {
			throw new IllegalStateException("broken");
		}
		if (invocation.getMethod().getName().startsWith("eval")) {
			this.calls.incrementAndGet();
			ExecutorService thread = this.lost;
			return (thread != null) ? lost(thread) : mock(RedisFuture.class);
		}
		return null;
	}

	/**
	 * Return an answer that does not come because the connection is lost.
	 */
	private static RedisFuture<Object> lost(Executor thread) {
		AsyncCommand<byte[], byte[], Object> answer = new AsyncCommand<>(new Command<>(CommandType.EVAL, null));
		thread.execute(() -> answer.completeExceptionally(new RedisException("Connection disconnected")));
		return answer;
	}

	@SuppressWarnings("unchecked")
	private static RedisClusterAsyncCommands<byte[], byte[]> connection(Answer<@Nullable Object> answer) {
		return mock(RedisClusterAsyncCommands.class, withSettings().stubOnly().defaultAnswer(answer));
	}

}
