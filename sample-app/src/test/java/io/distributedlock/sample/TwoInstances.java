package io.distributedlock.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import redis.embedded.RedisServer;

/**
 * Two instances of the sample on one Redis, and a client of that Redis that knows nothing
 * of locks.
 */
final class TwoInstances implements AutoCloseable {

	private final RedisServer server;

	private final RedisClient client;

	private final List<SampleInstance> instances = new ArrayList<>();

	private final RedisCommands<String, String> redis;

	TwoInstances(String... arguments) {
		int port = SampleInstance.findFreePort();
		this.client = RedisClient.create(RedisURI.create("127.0.0.1", port));
		try {
			this.server = RedisServer.newRedisServer()
				.port(port)
				.setting("bind 127.0.0.1")
				.setting("save \"\"")
				.build();
			this.server.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.redis = this.client.connect().sync();
		String[] all = Stream
			.concat(Stream.of("--spring.data.redis.port=" + port, "--sample.thinking-time=5ms"),
					Arrays.stream(arguments))
			.toArray(String[]::new);
		try {
			this.instances.add(SampleInstance.launch(all));
			this.instances.add(SampleInstance.launch(all));
			this.instances.forEach(SampleInstance::awaitStarted);
		}
		catch (Throwable ex) {
			close();
			throw ex;
		}
	}

	SampleInstance first() {
		return this.instances.get(0);
	}

	SampleInstance second() {
		return this.instances.get(1);
	}

	RedisCommands<String, String> redis() {
		return this.redis;
	}

	/**
	 * Reserve single units in concurrent calls, every other one of them on the second
	 * instance.
	 * @param sku the article
	 * @param calls the number of calls
	 * @return what came of them
	 */
	Reservations reserve(String sku, int calls) {
		List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, calls)
			.mapToObj((i) -> this.instances.get(i % 2).postLater("/stock/" + sku + "/reserve"))
			.toList();
		return Reservations.of(responses.stream().map(CompletableFuture::join).toList());
	}

	int stock(String sku) {
		return quantity(first().get("/stock/" + sku));
	}

	@Override
	public void close() {
		try {
			this.instances.forEach(SampleInstance::beginToStop);
			this.instances.forEach(SampleInstance::close);
		}
		finally {
			this.client.shutdown();
			try {
				this.server.stop();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	private static int quantity(HttpResponse<String> response) {
		return JsonPath.<Integer>read(response.body(), "$.quantity");
	}

	/**
	 * What came of concurrent reservations.
	 *
	 * @param left what was left after each reservation that succeeded
	 * @param soldOut the number of calls that found the article sold out
	 * @param others all other responses
	 */
	record Reservations(List<Integer> left, long soldOut, List<String> others) {

		private static Reservations of(List<HttpResponse<String>> responses) {
			List<Integer> left = responses.stream()
				.filter((response) -> response.statusCode() == 200)
				.map(TwoInstances::quantity)
				.toList();
			long soldOut = responses.stream().filter((response) -> response.statusCode() == 409).count();
			List<String> others = responses.stream()
				.filter((response) -> response.statusCode() != 200 && response.statusCode() != 409)
				.map((response) -> response.statusCode() + " " + response.body())
				.toList();
			return new Reservations(left, soldOut, others);
		}

	}

}
