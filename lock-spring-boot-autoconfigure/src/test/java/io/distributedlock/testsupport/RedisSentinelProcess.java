package io.distributedlock.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.awaitility.Awaitility;

import org.springframework.util.FileSystemUtils;

/**
 * A master, a replica, and Sentinels which replace the master soon after it is gone.
 */
public final class RedisSentinelProcess implements AutoCloseable {

	/**
	 * The name under which the Sentinels know the master.
	 */
	public static final String MASTER_NAME = "mymaster";

	private static final Duration DISCOVERY_TIMEOUT = Duration.ofSeconds(20);

	private final ReplicatedRedis servers;

	private final Path directory;

	private final List<RedisServerProcess> sentinels = new ArrayList<>();

	private RedisSentinelProcess(ReplicatedRedis servers) throws IOException {
		this.servers = servers;
		this.directory = Files.createTempDirectory("redis-sentinel-");
	}

	/**
	 * Start all servers and wait until the Sentinels know each other and the replica.
	 * @param sentinelCount the number of Sentinels
	 * @param extraArguments further options of the master and the replica
	 * @return the running servers, to be closed by the caller
	 */
	public static RedisSentinelProcess start(int sentinelCount, String... extraArguments) {
		ReplicatedRedis servers = ReplicatedRedis.start(extraArguments);
		RedisSentinelProcess started;
		try {
			started = new RedisSentinelProcess(servers);
		}
		catch (IOException ex) {
			servers.close();
			throw new UncheckedIOException(ex);
		}
		try {
			started.startSentinels(sentinelCount);
			return started;
		}
		catch (IOException ex) {
			started.close();
			throw new UncheckedIOException(ex);
		}
		catch (RuntimeException ex) {
			started.close();
			throw ex;
		}
	}

	private void startSentinels(int count) throws IOException {
		for (int i = 0; i < count; i++) {
			Path file = this.directory.resolve("sentinel-%d.conf".formatted(i));
			Files.writeString(file, """
					sentinel monitor %1$s %2$s %3$d %4$d
					sentinel down-after-milliseconds %1$s 1000
					sentinel failover-timeout %1$s 5000
					""".formatted(MASTER_NAME, master().host(), master().port(), count / 2 + 1));
			this.sentinels.add(RedisServerProcess.start(file.toString(), "--sentinel"));
		}
		Awaitility.await("Sentinels know all servers")
			.pollInSameThread()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(20))
			.atMost(DISCOVERY_TIMEOUT)
			.until(() -> this.sentinels.stream().allMatch(this::knowsAllServers));
	}

	private boolean knowsAllServers(RedisServerProcess sentinel) {
		Map<String, String> info = sentinel.info("sentinel");
		return info.getOrDefault("master0", "")
			.endsWith("status=ok,address=%s:%d,slaves=1,sentinels=%d".formatted(master().host(), master().port(),
					this.sentinels.size()));
	}

	/**
	 * Return the server that was the master at the start.
	 * @return the first master
	 */
	public RedisServerProcess master() {
		return this.servers.master();
	}

	/**
	 * Return the server that was the replica at the start.
	 * @return the first replica
	 */
	public RedisServerProcess replica() {
		return this.servers.replica();
	}

	public List<RedisServerProcess> sentinels() {
		return List.copyOf(this.sentinels);
	}

	/**
	 * Return the port of the server that is the master according to the first Sentinel.
	 * @return the port
	 */
	public int currentMasterPort() {
		Object address = this.sentinels.get(0).cli("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME);
		return Integer.parseInt((String) ((List<?>) Objects.requireNonNull(address)).get(1));
	}

	@Override
	public void close() {
		this.sentinels.forEach(RedisServerProcess::close);
		this.servers.close();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
