package io.distributedlock.benchmarks.interception;

import io.distributedlock.DistributedLock;

import org.springframework.cache.annotation.Cacheable;

/**
 * Methods that do nothing, so that only the advice remains.
 */
public class Orders {

	/**
	 * No advice.
	 * @param id the id of an order
	 * @return the same
	 */
	public String plain(String id) {
		return id;
	}

	/**
	 * The advice of {@link NoOpAspect}.
	 * @param id the id of an order
	 * @return the same
	 */
	public String around(String id) {
		return id;
	}

	/**
	 * A cached result.
	 * @param id the id of an order
	 * @return the same
	 */
	@Cacheable(cacheNames = "orders", key = "#id")
	public String cacheable(String id) {
		return id;
	}

	/**
	 * A lock.
	 * @param id the id of an order
	 * @return the same
	 */
	@DistributedLock(key = "#id")
	public String locked(String id) {
		return id;
	}

}
