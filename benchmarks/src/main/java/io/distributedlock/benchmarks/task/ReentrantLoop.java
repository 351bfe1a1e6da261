package io.distributedlock.benchmarks.task;

import java.time.Duration;

import io.distributedlock.benchmarks.contestant.Hold;
import io.distributedlock.benchmarks.contestant.LockClient;
import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * One thread holds a lock and acquires and releases it again, over and over.
 *
 * @param time how long
 */
public record ReentrantLoop(Duration time) implements Task<TeamResult> {

	@Override
	public TeamResult run(Instance instance) throws InterruptedException {
		return Team.run(1, ThreadKind.PLATFORM, System.nanoTime(), this.time,
				(index) -> new Reentry(instance.client()));
	}

	private static final class Reentry implements Team.Work {

		private static final String KEY = "reentrant";

		private final LockClient client;

		private final Hold outer;

		Reentry(LockClient client) throws Exception {
			this.client = client;
			this.outer = client.acquire(KEY);
		}

		@Override
		public void once() throws Exception {
			this.client.acquire(KEY).release();
		}

		@Override
		public void end() throws Exception {
			this.outer.release();
		}

	}

}
