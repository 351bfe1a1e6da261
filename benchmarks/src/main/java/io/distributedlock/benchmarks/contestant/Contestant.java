package io.distributedlock.benchmarks.contestant;

import java.util.Locale;
import java.util.function.UnaryOperator;

import org.redisson.api.RedissonClient;

import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;

/**
 * Those who take part, in the order of the tables. A new one is one constant here, one
 * {@link LockClient}, and a place in the measures it can take part in.
 */
public enum Contestant {

	/**
	 * The limit for locks that nobody waits for.
	 */
	BARE("bare limit", BareClient::new),

	/**
	 * The limit for handing over by way of Redis.
	 */
	BLPOP("BLPOP limit", BlockingPopClient::new),

	/**
	 * This library.
	 */
	OURS("ours", (settings) -> new DistributedLockClient(settings, "sync", UnaryOperator.identity())),

	/**
	 * This library, not waiting for the confirmation of a release.
	 */
	OURS_ASYNC("ours, release=async",
			(settings) -> new DistributedLockClient(settings, "async", UnaryOperator.identity())),

	/**
	 * This library, in global order of arrival.
	 */
	OURS_FAIR("ours, fair", (settings) -> new DistributedLockClient(settings, "sync", (spec) -> spec.withFair(true))),

	/**
	 * Redisson's lock.
	 */
	REDISSON("Redisson RLock", (settings) -> new RedissonLockClient(settings, RedissonClient::getLock)),

	/**
	 * Redisson's lock with fencing tokens.
	 */
	REDISSON_FENCED("Redisson RFencedLock",
			(settings) -> new RedissonLockClient(settings, RedissonClient::getFencedLock)),

	/**
	 * Redisson's fair lock.
	 */
	REDISSON_FAIR("Redisson RFairLock", (settings) -> new RedissonLockClient(settings, RedissonClient::getFairLock)),

	/**
	 * Spring Integration's default, which polls.
	 */
	SPRING_SPIN("Spring Integration, spin",
			(settings) -> new SpringIntegrationClient(settings, RedisLockType.SPIN_LOCK)),

	/**
	 * Spring Integration with notifications.
	 */
	SPRING_PUB_SUB("Spring Integration, pub/sub",
			(settings) -> new SpringIntegrationClient(settings, RedisLockType.PUB_SUB_LOCK)),

	/**
	 * ShedLock, which does not wait.
	 */
	SHEDLOCK("ShedLock", ShedLockClient::new),

	/**
	 * The limit for locks on several nodes that nobody waits for.
	 */
	QUORUM_BARE("bare quorum", BareQuorumClient::new),

	/**
	 * This library on several nodes.
	 */
	QUORUM_OURS("ours, Redlock", (settings) -> new DistributedLockClient(settings, "sync", UnaryOperator.identity())),

	/**
	 * Redisson's lock on several nodes.
	 */
	QUORUM_REDISSON("Redisson RedissonRedLock", (settings) -> new RedissonRedLockClient(settings, (server) -> {
	})),

	/**
	 * The same with the shortest time-outs that make sense, and no retries.
	 */
	QUORUM_REDISSON_TUNED("Redisson RedissonRedLock, tuned",
			(settings) -> new RedissonRedLockClient(settings, RedissonRedLockClient::tune));

	private final String title;

	@SuppressWarnings("ImmutableEnumChecker") // lambdas without state
	private final Connector connector;

	Contestant(String title, Connector connector) {
		this.title = title;
		this.connector = connector;
	}

	/**
	 * Return the name on the command line.
	 * @return the constant in lower case, with hyphens
	 */
	public String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Return the name in tables.
	 * @return the name
	 */
	public String title() {
		return this.title;
	}

	/**
	 * Connect, as one instance of an application.
	 * @param settings how
	 * @return the client, to be closed by the caller
	 */
	public LockClient connect(ClientSettings settings) {
		return this.connector.connect(settings);
	}

	private interface Connector {

		LockClient connect(ClientSettings settings);

	}

}
