package io.distributedlock.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

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
		return any(servers, Roles::isMaster, random);
	}

	static RedisServerProcess anyReplica(List<RedisServerProcess> servers, Random random) {
		return any(servers, (server) -> !isMaster(server), random);
	}

	/**
	 * Return a server in a role, or any one if there is none for the moment because of a
	 * failover that has begun late.
	 */
	private static RedisServerProcess any(List<RedisServerProcess> servers, Predicate<RedisServerProcess> role,
			Random random) {
		List<RedisServerProcess> candidates = servers.stream().filter(role).toList();
		return candidates.isEmpty() ? servers.get(random.nextInt(servers.size()))
				: candidates.get(random.nextInt(candidates.size()));
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
