package io.distributedlock.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The local queues by what their waiters have in common. A queue comes into being and
 * goes with its use.
 * <p>
 * One thread at a time changes a queue, so changes must be short and must not block.
 * Queues are spread over several maps, so that those of different locks hardly ever meet.
 */
final class QueueTable {

	private static final int PARTS = 64;

	private final List<Map<Contention, LocalQueue>> parts = new ArrayList<>(PARTS);

	QueueTable() {
		for (int i = 0; i < PARTS; i++) {
			this.parts.add(new HashMap<>());
		}
	}

	/**
	 * Change a queue, which is new if there was none.
	 */
	<T extends @Nullable Object> T change(Contention contention, Function<LocalQueue, T> change) {
		return change(contention, change, (queue, function) -> function.apply(queue));
	}

	/**
	 * Change a queue, which is new if there was none. Creates no garbage if the change is
	 * always the same object.
	 * @param argument what the change needs to know
	 */
	<A, T extends @Nullable Object> T change(Contention contention, A argument, BiFunction<LocalQueue, A, T> change) {
		Map<Contention, LocalQueue> part = part(contention);
		synchronized (part) {
			LocalQueue existing = part.get(contention);
			LocalQueue queue = (existing != null) ? existing : new LocalQueue();
			T result = change.apply(queue, argument);
			if (queue.isUnused()) {
				if (existing != null) {
					part.remove(contention);
				}
			}
			else if (existing == null) {
				part.put(contention, queue);
			}
			return result;
		}
	}

	/**
	 * Return the lease by which a thread of this JVM holds a lock, or null.
	 */
	@Nullable HeldLease holder(Contention contention) {
		Map<Contention, LocalQueue> part = part(contention);
		synchronized (part) {
			LocalQueue queue = part.get(contention);
			return (queue != null) ? queue.lease() : null;
		}
	}

	/**
	 * Return what has a queue now.
	 */
	List<Contention> keys() {
		List<Contention> keys = new ArrayList<>();
		for (Map<Contention, LocalQueue> part : this.parts) {
			synchronized (part) {
				keys.addAll(part.keySet());
			}
		}
		return keys;
	}

	private Map<Contention, LocalQueue> part(Contention contention) {
		int hash = contention.key().hashCode();
		return this.parts.get((hash ^ (hash >>> 16)) & (PARTS - 1));
	}

}
