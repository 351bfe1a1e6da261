package io.distributedlock.chaos;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * A thread that acquires locks in all the ways there are, holds and releases them.
 */
final class ChaosWorker extends Thread {

	private static final AtomicLong ids = new AtomicLong();

	/**
	 * A call must not take longer than the time to wait plus this, says the
	 * documentation.
	 */
	private static final Duration PUNCTUALITY = Duration.ofMillis(50);

	private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration GIVE_UP = Duration.ofSeconds(60);

	private static final Duration SIGNAL_STEP = Duration.ofMillis(100);

	private static final int SIGNAL_STEPS = 50;

	private static final long LOOK = Duration.ofMillis(2).toNanos();

	private static final long NOTE = Duration.ofMillis(20).toNanos();

	private final LockOperations locks;

	private final HistoryWriter history;

	private final String ownKey;

	private final Random random;

	private volatile boolean over;

	private int rounds;

	ChaosWorker(LockOperations locks, HistoryWriter history, String client, int number, long seed) {
		super("worker-" + number);
		setDaemon(true);
		this.locks = locks;
		this.history = history;
		this.ownKey = "own-%s-%d-".formatted(client, number);
		this.random = new Random(seed + number);
	}

	/**
	 * Let the current round be the last one and wait for its end.
	 */
	void end() {
		this.over = true;
		try {
			join(GIVE_UP.toMillis());
			if (isAlive()) {
				this.history.error(new TimeoutException(getName() + " does not end"));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void run() {
		while (!this.over) {
			try {
				round();
			}
			catch (Throwable ex) {
				this.history.error(ex);
			}
			LockSupport.parkNanos(this.random.nextInt(2_000_000));
		}
	}

	private void round() throws Exception {
		boolean own = this.random.nextInt(3) == 0;
		boolean renew = this.random.nextInt(4) > 0;
		Duration waitTime = Duration.ofMillis((this.random.nextInt(5) > 0) ? this.random.nextInt(600) : 0);
		LockSpec spec = LockSpec
			.of(own ? this.ownKey + this.rounds++ : ChaosClient.hotKey(this.random.nextInt(ChaosClient.HOT_KEYS)))
			.withRenew(renew)
			.withFair(this.random.nextInt(4) == 0)
			.withWaitTime(waitTime);
		long asked = System.nanoTime();
		Outcome outcome = (this.random.nextInt(6) > 0) ? acquire(spec) : acquireAsync(spec);
		this.history.wait("acquire-" + outcome.name(), asked, System.nanoTime(), waitTime.plus(PUNCTUALITY));
		if (outcome.lease() != null) {
			hold(outcome.lease(), asked, time(own, renew));
		}
	}

	private Outcome acquire(LockSpec spec) {
		try (Interruption interruption = interruption()) {
			return Outcome.of(this.locks.tryAcquire(spec));
		}
		catch (LockInterruptedException ex) {
			return new Outcome("interrupted", null);
		}
		catch (LockStoreException ex) {
			return Outcome.of(ex);
		}
	}

	private Interruption interruption() {
		return (this.random.nextInt(20) > 0) ? Interruption.NONE
				: Interruption.ofCurrentThread(Duration.ofMillis(this.random.nextInt(300)));
	}

	private Outcome acquireAsync(LockSpec spec) throws Exception {
		CompletableFuture<Optional<LockLease>> future = this.locks.tryAcquireAsync(spec);
		long patience = (this.random.nextInt(3) > 0) ? GIVE_UP.toMillis() : this.random.nextInt(300);
		try {
			return Outcome.of(future.get(patience, TimeUnit.MILLISECONDS));
		}
		catch (TimeoutException ex) {
			if (patience == GIVE_UP.toMillis()) {
				throw ex;
			}
			return future.cancel(true) ? new Outcome("cancelled", null) : Outcome.of(future.get());
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof LockStoreException failure) {
				return Outcome.of(failure);
			}
			throw ex;
		}
	}

	/**
	 * Return for how long to hold a lock: mostly for a moment, at times so long that the
	 * lease must be renewed.
	 */
	private Duration time(boolean own, boolean renew) {
		int dice = this.random.nextInt(own ? 40 : 100);
		if (dice == 0 && renew) {
			return Duration.ofMillis(1200 + this.random.nextInt(1200));
		}
		return Duration.ofNanos(this.random.nextInt((dice < 5) ? 50_000_000 : 2_000_000));
	}

	/**
	 * Hold a lock and look whether that is still so. When the answer is yes, it was so at
	 * the moment before the question, wherever this JVM was suspended.
	 */
	private void hold(LockLease lease, long asked, Duration time) throws InterruptedException {
		long id = ids.incrementAndGet();
		CountDownLatch told = new CountDownLatch(1);
		lease.onLost((lost) -> told.countDown());
		long from = System.nanoTime();
		boolean held = lease.isHeld();
		if (held) {
			this.history.hold(id, lease.key(), lease.fencingToken(), asked, from, from);
		}
		long noted = from;
		long to = from;
		while (held && to - from < time.toNanos()) {
			if (to - noted > NOTE) {
				this.history.hold(id, lease.key(), lease.fencingToken(), asked, from, to);
				noted = to;
			}
			LockSupport.parkNanos(Math.min(LOOK, time.toNanos() - (to - from)));
			long look = System.nanoTime();
			held = lease.isHeld();
			to = held ? look : to;
		}
		if (to - from > 0) {
			this.history.hold(id, lease.key(), lease.fencingToken(), asked, from, to);
		}
		if (!held) {
			long known = System.nanoTime();
			this.history.loss(id, isTold(told), System.nanoTime() - known);
		}
		release(lease);
	}

	/**
	 * Wait for a signal, in steps, of which a suspension of this JVM costs no more than
	 * one.
	 */
	private static boolean isTold(CountDownLatch told) throws InterruptedException {
		for (int i = 0; i < SIGNAL_STEPS; i++) {
			if (told.await(SIGNAL_STEP.toMillis(), TimeUnit.MILLISECONDS)) {
				return true;
			}
		}
		return false;
	}

	private void release(LockLease lease) {
		long from = System.nanoTime();
		String outcome = lease.release().name();
		this.history.wait("release-" + outcome, from, System.nanoTime(), RELEASE_TIMEOUT.plus(PUNCTUALITY));
	}

	/**
	 * How an attempt ended.
	 *
	 * @param name in a word
	 * @param lease the lease, if there is one
	 */
	private record Outcome(String name, @Nullable LockLease lease) {

		static Outcome of(Optional<LockLease> acquired) {
			return acquired.map((lease) -> new Outcome("acquired", lease)).orElse(new Outcome("busy", null));
		}

		static Outcome of(LockStoreException failure) {
			return new Outcome((failure instanceof LockStoreUnavailableException) ? "unavailable" : "refused", null);
		}

	}

}
