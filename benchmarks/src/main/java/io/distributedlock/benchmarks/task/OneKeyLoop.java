package io.distributedlock.benchmarks.task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.distributedlock.benchmarks.contestant.Hold;
import io.distributedlock.benchmarks.contestant.LockClient;
import io.distributedlock.benchmarks.worker.Instance;
import io.distributedlock.benchmarks.worker.Task;

/**
 * All threads acquire and release the same lock, over and over, with nothing to do while
 * they hold it.
 *
 * @param threads how many threads
 * @param startAt when to begin, by {@link System#nanoTime()}, so that several JVMs begin
 * together
 * @param time how long
 */
public record OneKeyLoop(int threads, long startAt, Duration time) implements Task<OneKeyResult> {

	private static final String KEY = "shared";

	@Override
	public OneKeyResult run(Instance instance) throws InterruptedException {
		LockClient client = instance.client();
		List<SectionLog> logs = new ArrayList<>();
		for (int i = 0; i < this.threads; i++) {
			logs.add(new SectionLog());
		}
		TeamResult team = Team.run(this.threads, ThreadKind.PLATFORM, this.startAt, this.time, (index) -> {
			SectionLog log = logs.get(index);
			return () -> {
				Hold hold = client.acquire(KEY);
				log.entered(System.nanoTime());
				log.left(System.nanoTime());
				hold.release();
			};
		});
		return new OneKeyResult(team, SectionLog.merge(logs));
	}

}
