package io.distributedlock.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.distributedlock.redis.internal.KeyScan;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import org.jspecify.annotations.Nullable;

/**
 * The servers that have locks: all masters of a Cluster, or the only one.
 */
interface RedisServers extends KeyScan.Nodes {

	/**
	 * Return the ids of the servers, in order.
	 */
	List<String> ids();

	/**
	 * Return the id of the server that has a key, or null if none is known to.
	 */
	@Nullable String idOf(byte[] key);

	/**
	 * Return the commands of a server.
	 */
	CompletionStage<RedisClusterAsyncCommands<byte[], byte[]>> commands(String id);

	@Override
	default @Nullable String firstFrom(String id) {
		return ids().stream().filter((each) -> each.compareTo(id) >= 0).findFirst().orElse(null);
	}

	@Override
	default CompletionStage<KeyScanCursor<byte[]>> scan(String id, ScanCursor cursor, ScanArgs arguments) {
		return commands(id).thenCompose((commands) -> commands.scan(cursor, arguments));
	}

	/**
	 * The only server, with an empty text as its id.
	 *
	 * @param commands its commands
	 */
	record Single(RedisClusterAsyncCommands<byte[], byte[]> commands) implements RedisServers {

		@Override
		public List<String> ids() {
			return List.of("");
		}

		@Override
		public String idOf(byte[] key) {
			return "";
		}

		@Override
		public CompletionStage<RedisClusterAsyncCommands<byte[], byte[]>> commands(String id) {
			return CompletableFuture.completedStage(this.commands);
		}

	}

	/**
	 * The masters of a Cluster, as they are known at the moment.
	 *
	 * @param cluster the connection to all of them
	 */
	record Masters(StatefulRedisClusterConnection<byte[], byte[]> cluster) implements RedisServers {

		@Override
		public List<String> ids() {
			return this.cluster.getPartitions()
				.stream()
				.filter((node) -> node.getRole().isUpstream())
				.map(RedisClusterNode::getNodeId)
				.sorted()
				.toList();
		}

		@Override
		public @Nullable String idOf(byte[] key) {
			RedisClusterNode master = this.cluster.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
			return (master != null) ? master.getNodeId() : null;
		}

		@Override
		public CompletionStage<RedisClusterAsyncCommands<byte[], byte[]>> commands(String id) {
			return this.cluster.getConnectionAsync(id).thenApply((connection) -> connection.async());
		}

	}

}
