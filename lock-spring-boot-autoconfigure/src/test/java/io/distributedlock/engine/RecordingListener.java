package io.distributedlock.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.distributedlock.LockException;
import io.distributedlock.LockStoreException;
import io.distributedlock.ReleaseOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what it is told, as one line each.
 */
final class RecordingListener implements LockListener {

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private volatile boolean failing;

	private volatile boolean active = true;

	/**
	 * Throw an error whatever it is told.
	 */
	void fail() {
		this.failing = true;
	}

	/**
	 * Want to be told nothing from the next start of the locks on.
	 */
	void sleep() {
		this.active = false;
	}

	@Override
	public boolean isActive() {
		return this.active;
	}

	List<String> lines() {
		return this.lines;
	}

	/**
	 * Return what was told of one lock.
	 */
	List<String> linesOf(String key) {
		return this.lines.stream()
			.filter((line) -> line.startsWith(key + " "))
			.map((line) -> line.substring(key.length() + 1))
			.toList();
	}

	private void add(String line) {
		this.lines.add(line);
		if (this.failing) {
			throw new AssertionError("listener");
		}
	}

	@Override
	public void acquiring(LockAttempt attempt) {
		add("%s acquiring".formatted(attempt.key()));
	}

	@Override
	public void contended(LockAttempt attempt) {
		add("%s contended".formatted(attempt.key()));
	}

	@Override
	public void acquired(LockAttempt attempt, LockHold hold, Duration waited) {
		add("%s acquired %s".formatted(hold.key(), hold.handOver()));
	}

	@Override
	public void notAcquired(LockAttempt attempt, @Nullable LockException failure, Duration waited) {
		add("%s not acquired %s".formatted(attempt.key(),
				(failure != null) ? failure.getClass().getSimpleName() : "busy"));
	}

	@Override
	public void renewed(LockHold hold) {
		add("%s renewed".formatted(hold.key()));
	}

	@Override
	public void renewalFailed(LockHold hold, @Nullable Throwable failure) {
		add("%s renewal failed".formatted(hold.key()));
	}

	@Override
	public void released(LockHold hold, ReleaseOutcome outcome, Duration held) {
		add("%s %s".formatted(hold.key(), outcome));
	}

	@Override
	public void lost(LockHold hold, String reason, Duration held) {
		add("%s lost: %s".formatted(hold.key(), reason));
	}

	@Override
	public void storeFailed(LockStoreException failure) {
		add("store failed");
	}

	@Override
	public void storeDegraded(LockStoreException failure) {
		add("store degraded");
	}

	@Override
	public void storeRecovered(Duration outage) {
		add("store recovered");
	}

}
