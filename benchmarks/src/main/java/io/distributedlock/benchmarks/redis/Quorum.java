package io.distributedlock.benchmarks.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Five independent servers, started when they are first needed.
 */
public final class Quorum implements AutoCloseable {

	private static final int SIZE = 5;

	private final @Nullable Path executable;

	private final List<RedisServer> nodes = new ArrayList<>();

	/**
	 * Create a quorum, not started.
	 * @param executable the executable, or null for the one in the embedded-redis library
	 */
	public Quorum(@Nullable Path executable) {
		this.executable = executable;
	}

	/**
	 * Return the nodes.
	 * @return the running servers
	 */
	public List<RedisServer> nodes() {
		try {
			while (this.nodes.size() < SIZE) {
				this.nodes.add(RedisServer.start(this.executable));
			}
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException("The nodes of the quorum do not start", ex);
		}
		return List.copyOf(this.nodes);
	}

	/**
	 * Make nodes hang: they keep their connections, but answer nothing.
	 * @param count how many
	 * @throws IOException if that failed
	 * @throws InterruptedException if interrupted
	 */
	public void hang(int count) throws IOException, InterruptedException {
		for (RedisServer node : nodes().subList(0, count)) {
			node.hang();
		}
	}

	/**
	 * Kill nodes.
	 * @param count how many
	 */
	public void kill(int count) {
		nodes().subList(0, count).forEach(RedisServer::kill);
	}

	/**
	 * Let all nodes go on, with what they have in memory if they have only hung.
	 * @throws IOException if that failed
	 * @throws InterruptedException if interrupted
	 */
	public void heal() throws IOException, InterruptedException {
		for (RedisServer node : nodes()) {
			node.heal();
		}
	}

	@Override
	public void close() {
		this.nodes.forEach(RedisServer::close);
	}

}
