package io.distributedlock.chaos;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RespClient;
import io.distributedlock.testsupport.RespException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers again and again who they are, and notes the times in which they may have
 * forgotten locks: because they were restarted, another one became the master, keys were
 * evicted, or the campaign says so.
 */
final class ServerWatch implements AutoCloseable {

	private static final long INTERVAL = Duration.ofMillis(50).toNanos();

	private static final Duration SETTLING_TIME = Duration.ofSeconds(60);

	private final int masters;

	private final boolean replicated;

	private final Duration ttl;

	private final List<Thread> threads;

	private final Map<RedisServerProcess, Look> looks = new HashMap<>();

	private final List<Interval> windows = new ArrayList<>();

	private @Nullable Long unsettledSince;

	private long lastChange;

	private volatile boolean closed;

	/**
	 * Begin to watch.
	 * @param servers the servers, all well
	 * @param masters how many of them are masters
	 * @param ttl for how long a holder may go on that a server has forgotten
	 */
	ServerWatch(List<RedisServerProcess> servers, int masters, Duration ttl) {
		this.masters = masters;
		this.replicated = masters < servers.size();
		this.ttl = ttl;
		this.threads = servers.stream().map(this::watch).toList();
		this.threads.forEach(Thread::start);
		Awaitility.await().atMost(SETTLING_TIME).until(() -> looked() == servers.size());
	}

	private synchronized int looked() {
		return this.looks.size();
	}

	private Thread watch(RedisServerProcess server) {
		Thread thread = new Thread(() -> {
			while (!this.closed) {
				try (RespClient client = new RespClient(server)) {
					while (!this.closed) {
						long begin = System.nanoTime();
						String info = String.valueOf(client.call("INFO"));
						note(server, new Look(begin, System.nanoTime(), state(info), info.contains("role:master")));
						LockSupport.parkNanos(INTERVAL);
					}
				}
				catch (RespException | UncheckedIOException ex) {
					LockSupport.parkNanos(INTERVAL);
				}
			}
		}, "server-watch-" + server.port());
		thread.setDaemon(true);
		return thread;
	}

	private String state(String info) {
		return info.lines()
			.filter((line) -> line.startsWith("run_id:") || line.startsWith("evicted_keys:")
					|| (this.replicated && line.startsWith("role:")))
			.reduce("", (all, line) -> all + " " + line);
	}

	private synchronized void note(RedisServerProcess server, Look look) {
		Look before = this.looks.put(server, look);
		if (before != null && !before.state().equals(look.state())) {
			changed(before.begin(), look.end());
		}
		if (this.unsettledSince != null && isSettled()) {
			this.windows.add(new Interval(this.unsettledSince, look.end() + this.ttl.toNanos()));
			this.unsettledSince = null;
		}
	}

	/**
	 * Take note that servers may have forgotten locks by now, which cannot be seen.
	 * @param since since when
	 */
	synchronized void noteForgotten(long since) {
		changed(since, System.nanoTime());
	}

	private void changed(long from, long to) {
		this.unsettledSince = (this.unsettledSince != null) ? Math.min(this.unsettledSince, from) : from;
		this.lastChange = to;
	}

	/**
	 * Return whether all servers have been looked at after the last change, and as many
	 * are masters as should be.
	 */
	private boolean isSettled() {
		return this.looks.values().stream().allMatch((look) -> look.begin() > this.lastChange)
				&& this.looks.values().stream().filter(Look::master).count() == this.masters;
	}

	/**
	 * Wait until all servers have been looked at and have the roles they should have.
	 */
	void awaitSettled() {
		long now = System.nanoTime();
		Awaitility.await("servers are well").atMost(SETTLING_TIME).until(() -> isSettledSince(now));
	}

	private synchronized boolean isSettledSince(long time) {
		return this.unsettledSince == null && this.looks.values().stream().allMatch((look) -> look.begin() > time);
	}

	/**
	 * Return the times in which two may believe to hold a lock: from the last look before
	 * the change until all was well and the leases of that time have ended.
	 */
	synchronized List<Interval> windows() {
		return List.copyOf(this.windows);
	}

	@Override
	public void close() {
		this.closed = true;
	}

	/**
	 * A look at a server.
	 *
	 * @param begin when it was asked
	 * @param end when it had answered
	 * @param state what changes when it may have forgotten something
	 * @param master whether it is a master
	 */
	private record Look(long begin, long end, String state, boolean master) {

	}

}
