package io.distributedlock.benchmarks.worker;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.distributedlock.benchmarks.contestant.Hold;
import io.distributedlock.benchmarks.contestant.LockClient;

/**
 * A thread that holds locks from one task to another. With most libraries a lock belongs
 * to the thread that acquired it, so all is done by this thread.
 */
public final class KeyHolder {

	private final ExecutorService thread = Executors.newSingleThreadExecutor();

	private final LockClient client;

	private final Deque<Hold> held = new ArrayDeque<>();

	KeyHolder(LockClient client) {
		this.client = client;
	}

	/**
	 * Acquire locks.
	 * @param keys their keys
	 * @throws Exception if one of them cannot be acquired
	 */
	public void acquire(List<String> keys) throws Exception {
		call(() -> {
			for (String key : keys) {
				this.held.push(this.client.acquire(key));
			}
			return true;
		});
	}

	/**
	 * Release all locks, the last one first.
	 * @return how that went
	 * @throws Exception if the thread was interrupted
	 */
	public Released release() throws Exception {
		return call(() -> {
			long start = System.nanoTime();
			int failures = 0;
			while (!this.held.isEmpty()) {
				failures += releases(this.held.pop()) ? 0 : 1;
			}
			return new Released(start, failures);
		});
	}

	private static boolean releases(Hold hold) {
		try {
			hold.release();
			return true;
		}
		catch (Exception ex) {
			return false;
		}
	}

	private <T> T call(Callable<T> work) throws Exception {
		return this.thread.submit(work).get();
	}

	void close() {
		this.thread.shutdownNow();
	}

	/**
	 * How locks were released.
	 *
	 * @param start when that began, by {@link System#nanoTime()}
	 * @param failures how many were lost, or could not be released
	 */
	public record Released(long start, int failures) implements Serializable {

	}

}
