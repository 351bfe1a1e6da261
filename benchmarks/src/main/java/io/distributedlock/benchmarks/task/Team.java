package io.distributedlock.benchmarks.task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Threads that begin together and do the same thing over and over until time is up.
 */
final class Team {

	private final CountDownLatch ready;

	private final CountDownLatch start = new CountDownLatch(1);

	private final CountDownLatch done;

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private final List<Member> members = new ArrayList<>();

	private volatile boolean timeIsUp;

	private Team(int size) {
		this.ready = new CountDownLatch(size);
		this.done = new CountDownLatch(size);
	}

	/**
	 * Run a team. Returns when all its threads have ended.
	 * @param size how many threads
	 * @param kind what kind of threads
	 * @param startAt when to begin, by {@link System#nanoTime()}; at once if that is over
	 * @param time how long
	 * @param work creates what each thread is to do. Called by that thread
	 * @return what they did
	 */
	static TeamResult run(int size, ThreadKind kind, long startAt, Duration time, WorkFactory work)
			throws InterruptedException {
		Team team = new Team(size);
		for (int i = 0; i < size; i++) {
			Member member = team.new Member(i, work);
			team.members.add(member);
			kind.factory().newThread(member).start();
		}
		return team.run(startAt, time);
	}

	private TeamResult run(long startAt, Duration time) throws InterruptedException {
		this.ready.await();
		sleepUntil(startAt);
		long cpu = ProcessCpu.nanos();
		long begin = System.nanoTime();
		this.start.countDown();
		sleepUntil(begin + time.toNanos());
		this.timeIsUp = true;
		long elapsed = System.nanoTime() - begin;
		cpu = ProcessCpu.nanos() - cpu;
		this.done.await();
		long[] counts = this.members.stream().mapToLong((member) -> member.count).toArray();
		long failures = this.members.stream().mapToLong((member) -> member.failures).sum();
		return new TeamResult(elapsed, cpu, counts, failures, String.valueOf(this.failure.get()));
	}

	private static void sleepUntil(long time) throws InterruptedException {
		long left = time - System.nanoTime();
		if (left > 0) {
			TimeUnit.NANOSECONDS.sleep(left);
		}
	}

	interface WorkFactory {

		Work create(int index) throws Exception;

	}

	/**
	 * What a thread does over and over.
	 */
	interface Work {

		void once() throws Exception;

		default void end() throws Exception {
		}

	}

	private final class Member implements Runnable {

		private static final long PAUSE_AFTER_FAILURE = Duration.ofMillis(1).toNanos();

		private final int index;

		private final WorkFactory factory;

		private long count;

		private long failures;

		Member(int index, WorkFactory factory) {
			this.index = index;
			this.factory = factory;
		}

		@Override
		public void run() {
			try {
				Work work = this.factory.create(this.index);
				Team.this.ready.countDown();
				Team.this.start.await();
				work(work);
				work.end();
			}
			catch (Throwable ex) {
				failed(ex);
			}
			finally {
				Team.this.ready.countDown();
				Team.this.done.countDown();
			}
		}

		private void work(Work work) {
			while (!Team.this.timeIsUp) {
				try {
					work.once();
					if (!Team.this.timeIsUp) {
						this.count++;
					}
				}
				catch (Throwable ex) {
					failed(ex);
					LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
				}
			}
		}

		private void failed(Throwable ex) {
			this.failures++;
			Team.this.failure.compareAndSet(null, ex);
		}

	}

}
