package io.distributedlock.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
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
		PubSubNodes nodes = new FixedPubSubNodes(
				List.of(() -> CompletableFuture.completedStage(first), () -> CompletableFuture.completedStage(second)),
				closer);
		nodes.connections();
		nodes.close();
		then(second).should().closeAsync();
		then(closer).should().run();
	}

	@Test
	void nodeThatCouldNotBeReachedIsTriedAgainAndOthersAreNot() {
		StatefulRedisPubSubConnection<String, String> there = mock(StatefulRedisPubSubConnection.class);
		StatefulRedisPubSubConnection<String, String> late = mock(StatefulRedisPubSubConnection.class);
		Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> first = mock(Supplier.class);
		Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> second = mock(Supplier.class);
		given(first.get()).willReturn(CompletableFuture.completedStage(there));
		given(there.closeAsync()).willReturn(CompletableFuture.completedFuture(null));
		given(late.closeAsync()).willReturn(CompletableFuture.completedFuture(null));
		given(second.get()).willReturn(CompletableFuture.failedStage(this.gone),
				CompletableFuture.completedStage(late));
		PubSubNodes nodes = new FixedPubSubNodes(List.of(first, second), () -> {
		});
		assertThat(nodes.connections().get(1)).isCompletedExceptionally();
		assertThat(nodes.connections()).extracting((node) -> node.toCompletableFuture().join())
			.containsExactly(there, late);
		nodes.close();
		assertThat(nodes.connections()).allSatisfy((node) -> assertThat(node).isCompletedExceptionally());
		then(first).should().get();
		then(late).should().closeAsync();
	}

	@Test
	void connectionThatComesAfterTheEndIsClosed() {
		StatefulRedisPubSubConnection<String, String> late = mock(StatefulRedisPubSubConnection.class);
		given(late.closeAsync()).willReturn(CompletableFuture.completedFuture(null));
		CompletableFuture<StatefulRedisPubSubConnection<String, String>> attempt = new CompletableFuture<>();
		PubSubNodes nodes = new FixedPubSubNodes(List.of(() -> attempt), () -> {
		});
		nodes.connections();
		nodes.close();
		attempt.complete(late);
		then(late).should().closeAsync();
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
