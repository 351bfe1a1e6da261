package io.distributedlock.redis.redlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.engine.ReleaseMode;
import io.distributedlock.testsupport.FaultProxy;
import io.distributedlock.testsupport.RedisEndpoint;
import io.distributedlock.testsupport.RedisServerProcess;

/**
 * Independent servers as nodes of a quorum, each behind a proxy.
 */
final class RedlockServers implements AutoCloseable {

	private final List<RedisServerProcess> servers = new ArrayList<>();

	private final List<FaultProxy> proxies = new ArrayList<>();

	private RedlockServers() {
	}

	/**
	 * Start servers.
	 * @param count how many
	 * @return the running servers, to be closed by the caller
	 */
	static RedlockServers start(int count) {
		RedlockServers started = new RedlockServers();
		try {
			for (int i = 0; i < count; i++) {
				RedisServerProcess server = RedisServerProcess.start();
				started.servers.add(server);
				started.proxies.add(new FaultProxy(server));
			}
		}
		catch (RuntimeException ex) {
			started.close();
			throw ex;
		}
		return started;
	}

	/**
	 * Return settings for servers that have just been started and do not restart, with
	 * time-outs that also hold on a busy machine.
	 */
	static RedlockSettings settings() {
		return new RedlockSettings("lock:", Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMinutes(2), true,
				Duration.ofSeconds(60), Duration.ofMillis(500));
	}

	/**
	 * Return the default settings, but for servers that have just been started and do not
	 * restart.
	 */
	static RedlockSettings defaults() {
		return new RedlockSettings("lock:", null, Duration.ofSeconds(1), Duration.ofSeconds(30), true,
				Duration.ofSeconds(60), Duration.ofMillis(500));
	}

	/**
	 * Return the default settings for nodes that lose their data in a restart.
	 */
	static RedlockSettings forgetful(Duration maxTtl) {
		return new RedlockSettings("lock:", null, Duration.ofSeconds(1), maxTtl, false, Duration.ofSeconds(60),
				Duration.ofMillis(500));
	}

	static RedlockLockStore store(List<? extends RedisEndpoint> nodes, RedlockSettings settings) {
		return new RedlockLockStore(nodes.stream().map((node) -> RedlockServer.of(node.uri())).toList(), settings);
	}

	static LockTemplate template(RedlockLockStore store) {
		return new LockTemplate(store, new LockSettings("test", Duration.ofSeconds(20), Duration.ofSeconds(5), true,
				ReleaseMode.SYNC, Duration.ofMillis(300), Duration.ofSeconds(2), 32));
	}

	/**
	 * Return a store that is not started and reaches the servers directly.
	 */
	RedlockLockStore store() {
		return store(this.servers, settings());
	}

	/**
	 * Return a store that is not started and reaches the servers through the proxies.
	 */
	RedlockLockStore proxiedStore(RedlockSettings settings) {
		return store(this.proxies, settings);
	}

	List<RedisServerProcess> all() {
		return this.servers;
	}

	RedisServerProcess server(int number) {
		return this.servers.get(number);
	}

	FaultProxy proxy(int number) {
		return this.proxies.get(number);
	}

	/**
	 * Return the keys of locks, of those who wait for them and of turns on all servers
	 * that run; not the fences, which stay for a while.
	 */
	List<String> lockKeys() {
		return this.servers.stream()
			.filter(RedisServerProcess::isAlive)
			.flatMap((server) -> ((List<?>) server.cli("KEYS", "*")).stream().map((key) -> server.port() + " " + key))
			.filter((key) -> !key.endsWith(":fence"))
			.toList();
	}

	/**
	 * End all faults: go on, start again, pass everything on.
	 */
	void heal() {
		this.servers.forEach((server) -> {
			if (server.isAlive()) {
				server.resume();
			}
			else {
				server.restart();
			}
		});
		this.proxies.forEach(FaultProxy::pass);
	}

	@Override
	public void close() {
		Stream.<AutoCloseable>concat(this.proxies.stream(), this.servers.stream()).forEach((each) -> {
			try {
				each.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

}
