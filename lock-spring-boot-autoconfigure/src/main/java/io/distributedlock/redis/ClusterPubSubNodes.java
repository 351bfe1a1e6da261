package io.distributedlock.redis;

import java.util.List;
import java.util.concurrent.CompletionStage;

import io.distributedlock.redis.internal.Connections;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.event.ClusterTopologyChangedEvent;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The nodes of a Cluster. The script that publishes a grant sees only the receivers on
 * its own node, the master of the lock, so this instance has to listen there, and the
 * script looks whether it does before it publishes. The other nodes forward the grant, so
 * it arrives as often as there are nodes. Replicas are included because any of them may
 * become a master.
 */
final class ClusterPubSubNodes implements PubSubNodes {

	private final RedisClusterClient client;

	private final StatefulRedisClusterPubSubConnection<String, String> cluster;

	private final Disposable.Swap changes = Disposables.swap();

	/**
	 * Connect to the cluster. Blocks.
	 */
	ClusterPubSubNodes(RedisClusterClient client) {
		this.client = client;
		this.cluster = client.connectPubSub(StringCodec.UTF8);
	}

	@Override
	public List<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connections() {
		return this.cluster.getPartitions()
			.stream()
			.<CompletionStage<StatefulRedisPubSubConnection<String, String>>>map(
					(node) -> this.cluster.getConnectionAsync(node.getNodeId()))
			.toList();
	}

	@Override
	public void onChange(Runnable action) {
		this.changes.update(this.client.getResources()
			.eventBus()
			.get()
			.ofType(ClusterTopologyChangedEvent.class)
			.subscribe((event) -> action.run()));
	}

	@Override
	public void close() {
		this.changes.dispose();
		if (this.cluster.isOpen()) {
			Connections.closeFully(this.cluster);
		}
	}

}
