package io.distributedlock.redis;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections replace one another.
 */
@Timeout(30)
class LockConnectionTests {

	private final BlockingQueue<String> servers = new LinkedBlockingQueue<>();

	private final Queue<String> left = new ConcurrentLinkedQueue<>();

	private final LockConnection<String> connection = new LockConnection<>(this::connect, (replaced) -> {
		if (replaced != null) {
			this.left.add(replaced);
		}
	});

	@Test
	void connectionThatIsToBeReplacedWhileItIsBeingMadeIsLeftForTheNextOne() {
		this.connection.replace(new IllegalStateException("first"));
		this.connection.replace(new IllegalStateException("second"));
		this.servers.addAll(List.of("old", "new", "one too many"));
		Awaitility.await().ignoreExceptions().until(() -> this.connection.connected().equals("new"));
		assertThat(this.left).containsExactly("old");
		assertThat(this.servers).containsExactly("one too many");
	}

	@Test
	void connectionIsReplacedThoughTheAttemptToMakeItFails() {
		this.connection.replace(new IllegalStateException("replaced"));
		this.servers.addAll(List.of("", "new"));
		Awaitility.await().ignoreExceptions().until(() -> this.connection.connected().equals("new"));
		assertThat(this.left).isEmpty();
	}

	private String connect() {
		try {
			String server = this.servers.poll(20, TimeUnit.SECONDS);
			if (server == null || server.isEmpty()) {
				throw new IllegalStateException("No such server");
			}
			return server;
		}
		catch (InterruptedException ex) {
			throw new CompletionException(ex);
		}
	}

}
