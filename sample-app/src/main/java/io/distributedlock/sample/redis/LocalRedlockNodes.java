package io.distributedlock.sample.redis;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The nodes of the quorum on this machine: those that are there, and embedded ones in
 * place of the others. They persist every write, so that one which was killed may vote as
 * soon as somebody starts it again on its data.
 */
class LocalRedlockNodes {

	private static final String[] PERSIST_EVERY_WRITE = { "--appendonly", "yes", "--appendfsync", "always" };

	private final List<LocalRedis> nodes;

	private final List<LocalRedis> started = new ArrayList<>();

	/**
	 * Create nodes, not started.
	 * @param uris where they are
	 */
	LocalRedlockNodes(List<String> uris) {
		this.nodes = uris.stream()
			.map((uri) -> new LocalRedis(new RedisPort(URI.create(uri).getPort()), PERSIST_EVERY_WRITE))
			.toList();
	}

	void start() {
		try {
			for (LocalRedis node : this.nodes) {
				node.start();
				this.started.add(node);
			}
		}
		catch (RuntimeException ex) {
			stop();
			throw ex;
		}
	}

	void stop() {
		Collections.reverse(this.started);
		this.started.forEach(LocalRedis::stop);
		this.started.clear();
	}

}
