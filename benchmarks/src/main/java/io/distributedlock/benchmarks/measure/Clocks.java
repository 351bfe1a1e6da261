package io.distributedlock.benchmarks.measure;

import io.distributedlock.benchmarks.task.ReadClock;
import io.distributedlock.benchmarks.worker.Worker;

/**
 * {@link System#nanoTime()} of different JVMs. On Linux all read the same clock; the
 * specification does not promise it, so it is checked.
 */
final class Clocks {

	private static final int CHECKS = 20;

	private Clocks() {
	}

	static void ensureComparable(Worker... workers) throws InterruptedException {
		for (Worker worker : workers) {
			for (int i = 0; i < CHECKS; i++) {
				long before = System.nanoTime();
				long there = worker.call(new ReadClock());
				long after = System.nanoTime();
				if (there < before || there > after) {
					throw new IllegalStateException("Clocks of different JVMs cannot be compared on this machine");
				}
			}
		}
	}

}
