package io.distributedlock.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.distributedlock.redis.internal.Connections;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/**
 * One Redis, the master that Sentinel names, or a static set of nodes.
 */
final class FixedPubSubNodes implements PubSubNodes {

	private final List<StatefulRedisPubSubConnection<String, String>> nodes;

	private final Runnable closer;

	/**
	 * Create nodes.
	 * @param nodes the connections
	 * @param closer frees what they need besides
	 */
	FixedPubSubNodes(List<StatefulRedisPubSubConnection<String, String>> nodes, Runnable closer) {
		this.nodes = nodes;
		this.closer = closer;
	}

	@Override
	public List<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connections() {
		return this.nodes.stream()
			.<CompletionStage<StatefulRedisPubSubConnection<String, String>>>map(CompletableFuture::completedStage)
			.toList();
	}

	@Override
	public void onChange(Runnable action) {
		// They never change
	}

	@Override
	public void close() {
		this.nodes.stream().filter(StatefulRedisPubSubConnection::isOpen).forEach(Connections::close);
		this.closer.run();
	}

}
