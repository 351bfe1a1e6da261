package io.distributedlock.redis.internal;

import java.util.concurrent.CompletionStage;

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

	private Connections() {
	}

	/**
	 * Close a connection, at best. Does not wait for that, and does not fail: the threads
	 * of its client may have been stopped, or be this one.
	 * @param connection the connection
	 */
	public static void close(StatefulConnection<?, ?> connection) {
		CompletionStage<Void> closed = connection.closeAsync();
		closed.exceptionally((failure) -> {
			logger.debug("A connection was not closed properly", failure);
			return null;
		});
	}

}
