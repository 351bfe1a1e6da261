package io.distributedlock.benchmarks.worker;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.distributedlock.benchmarks.contestant.LockClient;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for locks, one for each key, and release them as soon as they get
 * them.
 */
public final class Waiters {

	private final LockClient client;

	private final AtomicInteger acquired = new AtomicInteger();

	private volatile @Nullable Throwable failure;

	private volatile CountDownLatch unfinished = new CountDownLatch(0);

	Waiters(LockClient client) {
		this.client = client;
	}

	/**
	 * Start to wait.
	 * @param keys the keys
	 * @param threads creates a thread for each
	 */
	public void start(List<String> keys, ThreadFactory threads) {
		CountDownLatch latch = new CountDownLatch(keys.size());
		this.unfinished = latch;
		for (String key : keys) {
			threads.newThread(() -> {
				await(key);
				latch.countDown();
			}).start();
		}
	}

	private void await(String key) {
		try {
			this.client.acquire(key).release();
			this.acquired.incrementAndGet();
		}
		catch (Throwable ex) {
			this.failure = ex;
		}
	}

	/**
	 * Wait until all have their lock or have failed.
	 * @param timeout the longest time to wait
	 * @return how many got their lock
	 * @throws InterruptedException if interrupted
	 */
	public Outcome awaitAll(Duration timeout) throws InterruptedException {
		boolean finished = this.unfinished.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
		return new Outcome(this.acquired.get(), finished ? String.valueOf(this.failure) : "some still wait");
	}

	/**
	 * What became of the waiters.
	 *
	 * @param acquired how many got their lock
	 * @param failure why another one did not
	 */
	public record Outcome(int acquired, String failure) implements Serializable {

	}

}
