package io.distributedlock.testsupport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.awaitility.Awaitility;

/**
 * A master and a replica that follows it.
 */
public final class ReplicatedRedis implements AutoCloseable {

	private static final Duration SYNC_TIMEOUT = Duration.ofSeconds(20);

	private final RedisServerProcess master;

	private final RedisServerProcess replica;

	private ReplicatedRedis(RedisServerProcess master, RedisServerProcess replica) {
		this.master = master;
		this.replica = replica;
	}

	/**
	 * Start both servers and wait until the replica has caught up.
	 * @param extraArguments further options of both servers
	 * @return the running servers, to be closed by the caller
	 */
	public static ReplicatedRedis start(String... extraArguments) {
		List<RedisServerProcess> started = new ArrayList<>();
		try {
			RedisServerProcess master = RedisServerProcess.start(replicable(extraArguments));
			started.add(master);
			RedisServerProcess replica = RedisServerProcess
				.start(replicable(extraArguments, "--replicaof", master.host(), Integer.toString(master.port())));
			started.add(replica);
			awaitLink(replica);
			return new ReplicatedRedis(master, replica);
		}
		catch (RuntimeException ex) {
			started.forEach(RedisServerProcess::close);
			throw ex;
		}
	}

	/**
	 * Return options with one that lets a master serve replicas at once, not after five
	 * seconds.
	 */
	static String[] replicable(String[] arguments, String... more) {
		List<String> all = new ArrayList<>(Arrays.asList(arguments));
		all.addAll(List.of("--repl-diskless-sync-delay", "0"));
		all.addAll(Arrays.asList(more));
		return all.toArray(String[]::new);
	}

	static void awaitLink(RedisServerProcess replica) {
		Awaitility.await("replica follows its master")
			.pollInSameThread()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(10))
			.atMost(SYNC_TIMEOUT)
			.until(() -> "up".equals(replica.info("replication").get("master_link_status")));
	}

	public RedisServerProcess master() {
		return this.master;
	}

	public RedisServerProcess replica() {
		return this.replica;
	}

	@Override
	public void close() {
		this.replica.close();
		this.master.close();
	}

}
