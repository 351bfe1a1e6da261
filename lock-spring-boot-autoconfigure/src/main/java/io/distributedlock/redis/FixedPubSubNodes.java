package io.distributedlock.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.distributedlock.redis.internal.Connections;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;

/**
 * One Redis, the master that Sentinel names, or a static set of nodes.
 */
final class FixedPubSubNodes implements PubSubNodes {

	private final List<Node> nodes;

	private final Runnable closer;

	/**
	 * Create nodes, not connected.
	 * @param connectors each connects to a node without blocking
	 * @param closer frees what they need besides
	 */
	FixedPubSubNodes(List<Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>>> connectors,
			Runnable closer) {
		this.nodes = connectors.stream().map(Node::new).toList();
		this.closer = closer;
	}

	@Override
	public List<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connections() {
		return this.nodes.stream().map(Node::connection).toList();
	}

	@Override
	public void onChange(Runnable action) {
		// They never change
	}

	@Override
	public void close() {
		this.nodes.forEach(Node::close);
		this.closer.run();
	}

	/**
	 * A node, to which another attempt to connect is made when it is needed and the last
	 * one has failed.
	 */
	private static final class Node {

		private final Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector;

		private @Nullable CompletableFuture<StatefulRedisPubSubConnection<String, String>> connection;

		private boolean closed;

		Node(Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector) {
			this.connector = connector;
		}

		synchronized CompletionStage<StatefulRedisPubSubConnection<String, String>> connection() {
			CompletableFuture<StatefulRedisPubSubConnection<String, String>> current = this.connection;
			if (this.closed) {
				return CompletableFuture.failedStage(new IllegalStateException("The node has been left"));
			}
			if (current == null || current.isCompletedExceptionally()) {
				current = this.connector.get().toCompletableFuture();
				this.connection = current;
			}
			return current;
		}

		void close() {
			CompletableFuture<StatefulRedisPubSubConnection<String, String>> current;
			synchronized (this) {
				this.closed = true;
				current = this.connection;
			}
			if (current != null && current.isDone() && !current.isCompletedExceptionally()) {
				Connections.closeFully(current.join());
			}
			else if (current != null) {
				CompletionStage<StatefulRedisPubSubConnection<String, String>> late = current;
				late.thenAccept(Connections::close);
			}
		}

	}

}
