package io.distributedlock.redis.internal;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.api.StatefulConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Closes connections.
 *
 * @since 1.0
 */
public final class Connections {

	private static final Log logger = LogFactory.getLog(Connections.class);

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private Connections() {
	}

	/**
	 * Close a connection, at best. Does not wait for that, and does not fail: the threads
	 * of its client may have been stopped, or be this one.
	 * @param connection the connection
	 */
	public static void close(StatefulConnection<?, ?> connection) {
		beginToClose(connection);
	}

	/**
	 * Close a connection, at best, and wait for a moment until that is done: its client,
	 * if that is closed next, would close it once more, and warn of that.
	 * @param connection the connection, whose threads do not include this one
	 */
	public static void closeFully(StatefulConnection<?, ?> connection) {
		try {
			beginToClose(connection).toCompletableFuture().get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("A connection was not closed in time", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static CompletionStage<Void> beginToClose(StatefulConnection<?, ?> connection) {
		CompletionStage<Void> closed = connection.closeAsync();
		return closed.exceptionally((failure) -> {
			logger.debug("A connection was not closed properly", failure);
			return null;
		});
	}

}
