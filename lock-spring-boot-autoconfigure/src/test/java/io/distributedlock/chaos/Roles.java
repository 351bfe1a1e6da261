package io.distributedlock.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

import io.distributedlock.testsupport.RedisServerProcess;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Which of several servers are masters.
 */
final class Roles {

	/**
	 * Faults that another server should take over for last until it has, but not longer
	 * than this.
	 */
	private static final Duration FAILOVER_TIMEOUT = Duration.ofSeconds(15);

	private Roles() {
	}

	static boolean isMaster(RedisServerProcess server) {
		return "master".equals(server.info("replication").get("role"));
	}

	static RedisServerProcess anyMaster(List<RedisServerProcess> servers, Random random) {
		return any(servers.stream().filter(Roles::isMaster).toList(), random);
	}

	static RedisServerProcess anyReplica(List<RedisServerProcess> servers, Random random) {
		return any(servers.stream().filter((server) -> !isMaster(server)).toList(), random);
	}

	private static RedisServerProcess any(List<RedisServerProcess> servers, Random random) {
		return servers.get(random.nextInt(servers.size()));
	}

	static void awaitFailover(BooleanSupplier done) {
		try {
			Awaitility.await()
				.pollInSameThread()
				.pollInterval(Duration.ofMillis(50))
				.atMost(FAILOVER_TIMEOUT)
				.ignoreExceptions()
				.until(done::getAsBoolean);
		}
		catch (ConditionTimeoutException ex) {
			// The fault ends without a failover
		}
	}

}
