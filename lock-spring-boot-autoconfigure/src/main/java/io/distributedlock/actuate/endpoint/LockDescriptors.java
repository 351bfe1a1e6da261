package io.distributedlock.actuate.endpoint;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint returns. None of it contains owner tokens: whoever knows one could
 * release the lock.
 *
 * @since 1.0
 */
public final class LockDescriptors {

	private LockDescriptors() {
	}

	/**
	 * The locks of this instance.
	 *
	 * @param mode kind of the store
	 * @param store state of the store
	 * @param totals numbers of all locks of this instance since it has started
	 * @param held locks that this instance holds, longest held first
	 * @param waiting who waits for locks, longest waiting first
	 */
	public record Instance(String mode, Store store, Totals totals, List<Hold> held,
			List<Wait> waiting) implements OperationResponseBody {

	}

	/**
	 * The state of the store.
	 *
	 * @param state {@code up} or {@code degraded}
	 * @param problem what happened first since it is degraded, or null
	 * @param details what is known of the servers
	 * @param warnings what endangers locks
	 */
	public record Store(String state, @Nullable String problem, Map<String, Object> details, List<String> warnings) {

	}

	/**
	 * Numbers of all locks of this instance.
	 *
	 * @param held held now
	 * @param waiting attempts that go on now
	 * @param acquired acquired so far
	 * @param notAcquired attempts that failed
	 * @param lost lost before their release
	 * @param renewals renewals
	 * @param failedRenewals renewals that failed
	 * @param localHandOvers passed on from thread to thread
	 * @param remoteHandOvers handed over by the store
	 * @param storeErrors calls of the store that failed
	 */
	public record Totals(long held, long waiting, long acquired, long notAcquired, long lost, long renewals,
			long failedRenewals, long localHandOvers, long remoteHandOvers, long storeErrors) {

	}

	/**
	 * A lock that this instance holds.
	 *
	 * @param key the key
	 * @param name the name of the lock site
	 * @param thread the thread that it belongs to, or null if it belongs to none
	 * @param since when
	 * @param heldMillis for how long it has been held
	 * @param remainingValidityMillis for how long the holder may still trust it
	 * @param fencingToken the fencing token
	 * @param renewals how often it was renewed
	 */
	public record Hold(String key, String name, @Nullable String thread, Instant since, long heldMillis,
			long remainingValidityMillis, long fencingToken, int renewals) {

	}

	/**
	 * Somebody in this instance who waits for a lock.
	 *
	 * @param key the key
	 * @param name the name of the lock site
	 * @param thread the thread that waits, or null if none does
	 * @param since since when
	 * @param waitedMillis for how long
	 * @param remainingMillis how long it will wait at most
	 */
	public record Wait(String key, String name, @Nullable String thread, Instant since, long waitedMillis,
			long remainingMillis) {

	}

	/**
	 * Locks that are held, by whichever instance.
	 *
	 * @param locks the locks
	 * @param cursor where the next page begins, or null if this is the last one
	 */
	public record Page(List<Lock> locks, @Nullable String cursor) implements OperationResponseBody {

	}

	/**
	 * A lock as the store has it.
	 *
	 * @param key the key
	 * @param held whether anybody holds it
	 * @param holder who holds it, or null if nobody does or it is another program
	 * @param since when the store gave it to the holder, or null if that is not known
	 * @param remainingMillis how long the store will keep it if nobody renews it
	 * @param fencingToken the first of the fencing tokens that the holder has, one for
	 * each thread it passes the lock on to; null if none is known
	 * @param lastFencingToken the last of them
	 * @param waiting how many wait in the store; an instance with several waiting threads
	 * counts once, unless they keep the order of their arrival
	 * @param waiters the first of them, in their order
	 */
	public record Lock(String key, boolean held, @Nullable Owner holder, @Nullable Instant since, long remainingMillis,
			@Nullable Long fencingToken, @Nullable Long lastFencingToken, int waiting,
			List<Owner> waiters) implements OperationResponseBody {

	}

	/**
	 * An instance of an application.
	 *
	 * @param application the name of the application
	 * @param host the name of the machine
	 * @param pid the number of the process
	 */
	public record Owner(String application, String host, long pid) {

	}

	/**
	 * The keys that callers of this instance have waited for most of late.
	 *
	 * @param hot the keys, the hottest first
	 */
	public record Hot(List<HotKey> hot) implements OperationResponseBody {

	}

	/**
	 * A key that was waited for. The numbers lose half of their weight in five minutes.
	 *
	 * @param key the key
	 * @param name the name of a lock site with that key
	 * @param waitedMillis how long all callers together have waited
	 * @param errorMillis how much of that may be the time of other keys
	 * @param waits how many have waited
	 */
	public record HotKey(String key, String name, long waitedMillis, long errorMillis, long waits) {

	}

}
