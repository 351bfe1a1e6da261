package io.distributedlock.benchmarks.worker;

import io.distributedlock.benchmarks.contestant.ClientSettings;
import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.contestant.LockClient;
import org.jspecify.annotations.Nullable;

/**
 * One instance of an application: what a worker keeps between tasks.
 */
public final class Instance {

	private @Nullable LockClient client;

	private @Nullable KeyHolder holder;

	private @Nullable Waiters waiters;

	/**
	 * Connect.
	 * @param contestant who
	 * @param settings how
	 */
	public void open(Contestant contestant, ClientSettings settings) {
		close();
		this.client = contestant.connect(settings);
	}

	/**
	 * Return the client.
	 * @return the client
	 */
	public LockClient client() {
		return require(this.client, "No client is open");
	}

	/**
	 * Start a thread that holds locks from one task to another.
	 * @return the thread
	 */
	public KeyHolder startHolder() {
		closeHolder();
		KeyHolder started = new KeyHolder(client());
		this.holder = started;
		return started;
	}

	/**
	 * Return the thread that holds locks.
	 * @return the thread
	 */
	public KeyHolder holder() {
		return require(this.holder, "No holder was started");
	}

	/**
	 * Prepare threads that wait for locks from one task to another.
	 * @return the threads
	 */
	public Waiters startWaiters() {
		Waiters started = new Waiters(client());
		this.waiters = started;
		return started;
	}

	/**
	 * Return the threads that wait for locks.
	 * @return the threads
	 */
	public Waiters waiters() {
		return require(this.waiters, "No waiters were started");
	}

	private static <T> T require(@Nullable T value, String message) {
		if (value == null) {
			throw new IllegalStateException(message);
		}
		return value;
	}

	/**
	 * Disconnect and forget everything.
	 */
	public void close() {
		closeHolder();
		this.waiters = null;
		if (this.client != null) {
			this.client.close();
			this.client = null;
		}
	}

	private void closeHolder() {
		if (this.holder != null) {
			this.holder.close();
			this.holder = null;
		}
	}

}
