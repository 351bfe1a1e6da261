package io.distributedlock.sample.monitor;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.distributedlock.LockStoreException;
import io.distributedlock.actuate.endpoint.LockDescriptors;
import io.distributedlock.actuate.endpoint.LocksEndpoint;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Asks the Actuator endpoint {@code locks} who holds which lock, and who waits.
 */
@Component
class LockLookout {

	private static final Log logger = LogFactory.getLog(LockLookout.class);

	private static final int SIZE = 200;

	/**
	 * Waiting callers are counted up to this number.
	 */
	private static final int WAITS = 1000;

	/**
	 * In a Redis that is full of other data, a page may have few locks, or none.
	 */
	private static final int MAX_PAGES = 10;

	private final ObjectProvider<LocksEndpoint> endpoint;

	LockLookout(ObjectProvider<LocksEndpoint> endpoint) {
		this.endpoint = endpoint;
	}

	LockTable look() {
		LocksEndpoint endpoint = this.endpoint.getIfAvailable();
		if (endpoint == null) {
			return LockTable.unknown("There are no locks to look at: locks or their endpoint are switched off.");
		}
		try {
			return look(endpoint);
		}
		catch (LockStoreException ex) {
			logger.debug("Cannot look at locks", ex);
			return LockTable.unknown("The store of the locks does not answer.");
		}
	}

	private static LockTable look(LocksEndpoint endpoint) {
		Map<String, LockDescriptors.Lock> locks = new TreeMap<>();
		String cursor = null;
		for (int i = 0; i == 0 || (cursor != null && i < MAX_PAGES && locks.size() < SIZE); i++) {
			LockDescriptors.Page page = page(endpoint, cursor);
			page.locks().forEach((lock) -> locks.put(lock.key(), lock));
			cursor = page.cursor();
		}
		LockDescriptors.Instance here = (LockDescriptors.Instance) endpoint.locks("instance", null, WAITS, null);
		Set<String> heldHere = here.held().stream().map(LockDescriptors.Hold::key).collect(Collectors.toSet());
		Map<String, Long> waitingHere = here.waiting()
			.stream()
			.collect(Collectors.groupingBy(LockDescriptors.Wait::key, Collectors.counting()));
		return new LockTable(Instant.now(),
				locks.values()
					.stream()
					.map((lock) -> new LockTable.Row(lock, heldHere.contains(lock.key()),
							waitingHere.getOrDefault(lock.key(), 0L)))
					.toList(),
				cursor != null, here.totals(), null);
	}

	private static LockDescriptors.Page page(LocksEndpoint endpoint, @Nullable String cursor) {
		return (LockDescriptors.Page) endpoint.locks("all", cursor, SIZE, null);
	}

}
