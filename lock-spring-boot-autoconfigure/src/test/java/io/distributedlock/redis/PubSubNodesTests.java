package io.distributedlock.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.junit.jupiter.api.Test;

import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * An application may shut down while a subscription is being opened: its threads are gone
 * when the connections are to be closed.
 */
@SuppressWarnings("unchecked") // mocks of generic types
class PubSubNodesTests {

	private final RejectedExecutionException gone = new RejectedExecutionException("event executor terminated");

	@Test
	void everythingIsFreedThoughTheThreadsOfAConnectionAreGone() {
		StatefulRedisPubSubConnection<String, String> first = mock(StatefulRedisPubSubConnection.class);
		StatefulRedisPubSubConnection<String, String> second = mock(StatefulRedisPubSubConnection.class);
		Runnable closer = mock(Runnable.class);
		cannotClose(first);
		cannotClose(second);
		new FixedPubSubNodes(List.of(first, second), closer).close();
		then(second).should().closeAsync();
		then(closer).should().run();
	}

	@Test
	void clusterIsLeftThoughTheThreadsOfItsConnectionAreGone() {
		StatefulRedisClusterPubSubConnection<String, String> connection = mock(
				StatefulRedisClusterPubSubConnection.class);
		RedisClusterClient client = mock(RedisClusterClient.class);
		given(client.connectPubSub(StringCodec.UTF8)).willReturn(connection);
		cannotClose(connection);
		new ClusterPubSubNodes(client).close();
		then(connection).should().closeAsync();
	}

	private void cannotClose(StatefulConnection<?, ?> connection) {
		given(connection.isOpen()).willReturn(true);
		given(connection.closeAsync()).willReturn(CompletableFuture.failedFuture(this.gone));
		willThrow(new CompletionException(this.gone)).given(connection).close();
	}

}
