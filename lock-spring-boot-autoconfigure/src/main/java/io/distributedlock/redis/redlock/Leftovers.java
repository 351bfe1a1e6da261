package io.distributedlock.redis.redlock;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What may be left on a node that gave no answer, to be taken away when the node is back:
 * votes it gave too late, and locks that were released meanwhile. Bounded in memory.
 */
final class Leftovers {

	private static final int MAX_SIZE = 10_000;

	private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();

	private final AtomicInteger size = new AtomicInteger();

	/**
	 * Remember something.
	 */
	void add(Leftover leftover) {
		// A command from before the connection broke may still be on its way and take
		// effect after the first removal
		add(new Entry(leftover, 2));
	}

	private void add(Entry entry) {
		if (this.size.incrementAndGet() > MAX_SIZE) {
			this.size.decrementAndGet();
			return;
		}
		this.entries.add(entry);
	}

	/**
	 * Take everything away that is still there.
	 */
	void clear(NodeConnection connection) {
		long now = System.nanoTime();
		for (Entry entry : drain()) {
			if (!entry.leftover().isExpired(now)) {
				entry.leftover().takeLaterFrom(connection).whenComplete((ignored, failure) -> {
					if (failure != null) {
						add(entry);
					}
					else if (entry.times() > 1) {
						add(new Entry(entry.leftover(), entry.times() - 1));
					}
				});
			}
		}
	}

	private List<Entry> drain() {
		List<Entry> drained = new ArrayList<>();
		for (Entry entry = this.entries.poll(); entry != null; entry = this.entries.poll()) {
			this.size.decrementAndGet();
			drained.add(entry);
		}
		return drained;
	}

	int size() {
		return this.size.get();
	}

	/**
	 * Something to be taken away several times.
	 *
	 * @param leftover what to take away
	 * @param times how many times
	 */
	private record Entry(Leftover leftover, int times) {

	}

}
