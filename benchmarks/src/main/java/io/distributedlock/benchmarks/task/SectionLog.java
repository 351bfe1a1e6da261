package io.distributedlock.benchmarks.task;

import java.util.Arrays;
import java.util.List;

/**
 * When a thread entered and left a section. Of one thread; read when that has ended.
 */
final class SectionLog {

	private long[] times = new long[1024];

	private int size;

	void entered(long time) {
		if (this.size == this.times.length) {
			this.times = Arrays.copyOf(this.times, this.size * 2);
		}
		this.times[this.size++] = time;
	}

	void left(long time) {
		this.times[this.size++] = time;
	}

	static long[] merge(List<SectionLog> logs) {
		long[] merged = new long[logs.stream().mapToInt((log) -> log.size).sum()];
		int position = 0;
		for (SectionLog log : logs) {
			System.arraycopy(log.times, 0, merged, position, log.size);
			position += log.size;
		}
		return merged;
	}

}
