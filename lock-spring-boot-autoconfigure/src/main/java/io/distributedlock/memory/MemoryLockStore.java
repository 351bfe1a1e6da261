package io.distributedlock.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.GrantListener;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import io.distributedlock.store.StoreStatus;
import org.jspecify.annotations.Nullable;

/**
 * Keeps locks in the memory of this JVM. Excludes threads of this JVM only, so it is no
 * distributed lock: it is for tests and for local runs without Redis.
 *
 * @since 1.0
 */
public final class MemoryLockStore implements LockStore {

	/**
	 * Locks that ran out without a release are removed once in so many grants.
	 */
	private static final int PURGE_INTERVAL = 1024;

	/**
	 * How many maps there are, so that threads with different locks hardly ever meet.
	 */
	private static final int PARTS = 64;

	/**
	 * By key. One thread at a time uses each of the maps.
	 */
	private final List<Map<String, MemoryLock>> parts = new ArrayList<>(PARTS);

	private final ConcurrentMap<String, GrantListener> listeners = new ConcurrentHashMap<>();

	private final AtomicLong grants = new AtomicLong();

	private final LongSupplier nanoTime;

	/**
	 * Create a store.
	 */
	public MemoryLockStore() {
		this(System::nanoTime);
	}

	MemoryLockStore(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		for (int i = 0; i < PARTS; i++) {
			this.parts.add(new HashMap<>());
		}
	}

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		AcquireReply reply = ask(request, enqueue);
		if (reply instanceof AcquireReply.Granted && this.grants.get() % PURGE_INTERVAL == 0) {
			removeUnused();
		}
		return completed(reply);
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		return completed(requests.stream().map((request) -> ask(request, true)).toList());
	}

	private AcquireReply ask(LeaseRequest request, boolean enqueue) {
		return change(request.key(), (lock, now) -> {
			if (lock.isFree(now) && !lock.isNext(request)) {
				handOver(lock, now);
			}
			if (lock.isFree(now)) {
				lock.grant(request, nextToken(), now);
			}
			if (lock.isHeldBy(request.owner(), now)) {
				lock.prolong(request, now);
				return new AcquireReply.Granted(lock.fencingToken());
			}
			if (enqueue) {
				lock.enqueue(request);
			}
			return new AcquireReply.Busy(lock.holder(), lock.remaining(now), latestToken(), enqueue, lock.heldFor(now));
		});
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		return completed(requests.stream().map(this::renew).toList());
	}

	private RenewReply renew(LeaseRequest request) {
		return change(request.key(), (lock, now) -> {
			boolean held = lock.isHeldBy(request.owner(), now);
			if (held) {
				lock.prolong(request, now);
			}
			return held ? RenewReply.RENEWED : RenewReply.LOST;
		});
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		return completed(change(request.key(), (lock, now) -> {
			lock.dequeue(request);
			boolean held = lock.isHeldBy(request.owner(), now);
			if (held) {
				lock.free();
				handOver(lock, now);
			}
			return held;
		}));
	}

	/**
	 * Give a free lock to the first waiter whose instance is there.
	 */
	private void handOver(MemoryLock lock, long now) {
		LeaseRequest next = lock.poll();
		while (next != null) {
			GrantListener listener = this.listeners.get(instanceOf(next.owner()));
			if (listener != null) {
				long token = nextToken();
				lock.grant(next, token, now);
				String owner = next.owner();
				lock.afterwards(() -> listener.granted(owner, token));
				return;
			}
			next = lock.poll();
		}
	}

	private static String instanceOf(String owner) {
		return owner.substring(0, Math.max(owner.lastIndexOf('#'), 0));
	}

	private long nextToken() {
		return (this.grants.incrementAndGet() - 1) * TOKENS_PER_GRANT + 1;
	}

	private long latestToken() {
		return this.grants.get() * TOKENS_PER_GRANT;
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		return completed(change(key, (lock, now) -> state(key, lock, now)));
	}

	private LockState state(String key, MemoryLock lock, long now) {
		List<String> waiters = lock.waiters();
		List<String> first = waiters.subList(0, Math.min(waiters.size(), MAX_WAITERS));
		return lock.isFree(now) ? new LockState(key, null, null, Duration.ZERO, 0, first, waiters.size())
				: new LockState(key, lock.holder(), lock.heldFor(now), lock.remaining(now), lock.lastToken(), first,
						waiters.size());
	}

	/**
	 * Return the locks in the order of their keys. A cursor is the last key of the page
	 * before, as keys may have any characters.
	 */
	@Override
	public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
		List<String> keys = keys().stream()
			.filter((key) -> cursor == null || key.compareTo(cursor) > 0)
			.sorted()
			.limit(size + 1L)
			.toList();
		boolean last = keys.size() <= size;
		List<String> page = last ? keys : keys.subList(0, size);
		List<LockState> held = page.stream()
			.map((key) -> change(key, (lock, now) -> state(key, lock, now)))
			.filter((state) -> state.holder() != null)
			.toList();
		return completed(new LockPage(held, last ? null : page.get(size - 1)));
	}

	@Override
	public CompletionStage<LockState> forceRelease(String key) {
		return completed(change(key, (lock, now) -> {
			LockState before = state(key, lock, now);
			String holder = before.holder();
			if (holder != null) {
				GrantListener listener = this.listeners.get(instanceOf(holder));
				if (listener != null) {
					lock.afterwards(() -> listener.revoked(holder));
				}
				lock.free();
				handOver(lock, now);
			}
			return before;
		}));
	}

	@Override
	public CompletionStage<StoreStatus> status() {
		return completed(new StoreStatus(Map.of(),
				List.of("Locks are not distributed: other instances of the application do not see them.")));
	}

	@Override
	public void listen() {
		// Everybody is told everything from the start
	}

	@Override
	public String mode() {
		return "memory";
	}

	/**
	 * Change a lock, one thread at a time, and do afterwards what follows from it.
	 */
	private <T> T change(String key, Change<T> change) {
		T result;
		List<Runnable> afterwards;
		Map<String, MemoryLock> part = part(key);
		synchronized (part) {
			MemoryLock existing = part.get(key);
			MemoryLock lock = (existing != null) ? existing : new MemoryLock();
			long now = this.nanoTime.getAsLong();
			result = change.apply(lock, now);
			afterwards = lock.takeAfterwards();
			if (lock.isUnused(now)) {
				if (existing != null) {
					part.remove(key);
				}
			}
			else if (existing == null) {
				part.put(key, lock);
			}
		}
		afterwards.forEach(Runnable::run);
		return result;
	}

	private Map<String, MemoryLock> part(String key) {
		int hash = key.hashCode();
		return this.parts.get((hash ^ (hash >>> 16)) & (PARTS - 1));
	}

	private List<String> keys() {
		List<String> keys = new ArrayList<>();
		for (Map<String, MemoryLock> part : this.parts) {
			synchronized (part) {
				keys.addAll(part.keySet());
			}
		}
		return keys;
	}

	private void removeUnused() {
		for (Map<String, MemoryLock> part : this.parts) {
			synchronized (part) {
				part.values().removeIf((lock) -> lock.isUnused(this.nanoTime.getAsLong()));
			}
		}
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		this.listeners.put(instance, listener);
		return CompletableFuture.allOf();
	}

	@Override
	public void stop() {
		this.listeners.clear();
	}

	private static <T> CompletionStage<T> completed(T value) {
		return CompletableFuture.completedFuture(value);
	}

	/**
	 * A change of a lock.
	 *
	 * @param <T> the type of what it results in
	 */
	private interface Change<T> {

		/**
		 * Change a lock that one thread at a time uses.
		 * @param now the present
		 */
		T apply(MemoryLock lock, long now);

	}

}
