package io.distributedlock.redis;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.distributedlock.redis.internal.EvictionPolicy;
import io.distributedlock.store.StoreStatus;

/**
 * Asks the servers that have locks what they may do to them.
 *
 * @param server what to call the server
 * @param policy when it removes keys
 */
record ServerStatus(String server, EvictionPolicy policy) {

	static CompletionStage<StoreStatus> of(RedisServers servers) {
		List<CompletableFuture<ServerStatus>> answers = servers.ids()
			.stream()
			.map((id) -> ask(servers, id).toCompletableFuture())
			.toList();
		return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
			.thenApply((ignored) -> summary(answers.stream().map(CompletableFuture::join).toList()));
	}

	private static CompletionStage<ServerStatus> ask(RedisServers servers, String id) {
		return servers.commands(id)
			.thenCompose((commands) -> commands.info("memory"))
			.thenApply(EvictionPolicy::read)
			.exceptionally((failure) -> EvictionPolicy.UNKNOWN)
			.thenApply((policy) -> new ServerStatus(id.isEmpty() ? "Redis" : "Redis node " + id, policy));
	}

	private static StoreStatus summary(List<ServerStatus> servers) {
		List<String> policies = servers.stream().map((server) -> server.policy.policy()).distinct().sorted().toList();
		return new StoreStatus(Map.of("evictionPolicy", String.join(", ", policies)),
				servers.stream().flatMap((server) -> server.policy.warnings(server.server).stream()).toList());
	}

}
