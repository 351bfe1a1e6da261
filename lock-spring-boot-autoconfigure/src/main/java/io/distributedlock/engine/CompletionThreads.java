package io.distributedlock.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which callers go on when a lock that they did not block for is theirs,
 * or released. Those of the store and the timer are not theirs to use.
 * <p>
 * A pool of its own: tasks that block for a lock must not keep its holder from going on.
 * There are no more threads than there is work, none while there is none, and one more
 * when a task blocks for a lock.
 */
final class CompletionThreads {

	private static final int MIN_PARALLELISM = 8;

	private static final int MAX_THREADS = 256;

	private static final long KEEP_ALIVE_SECONDS = 10;

	private CompletionThreads() {
	}

	static Executor create() {
		int parallelism = Math.max(MIN_PARALLELISM, 2 * Runtime.getRuntime().availableProcessors());
		AtomicInteger count = new AtomicInteger();
		return new ForkJoinPool(parallelism, (pool) -> new CompletionThread(pool, count.incrementAndGet()), null, true,
				0, Math.max(MAX_THREADS, parallelism), 1, (pool) -> true, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
	}

	private static final class CompletionThread extends ForkJoinWorkerThread {

		private CompletionThread(ForkJoinPool pool, int number) {
			super(pool);
			setName("distributed-lock-completion-" + number);
			// The default would not find the classes of an executable archive
			setContextClassLoader(CompletionThreads.class.getClassLoader());
		}

	}

}
