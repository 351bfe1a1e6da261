package io.distributedlock.interceptor;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.distributedlock.LockStoreException;
import io.distributedlock.memory.MemoryLockStore;
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
 * Locks in memory that answer like a server: later, and on a thread that must not be
 * blocked.
 */
final class RemoteStore implements LockStore {

	static final String THREAD = "store";

	private final MemoryLockStore locks;

	private final ExecutorService thread = Executors.newSingleThreadExecutor((task) -> {
		Thread thread = new Thread(task, THREAD);
		thread.setDaemon(true);
		return thread;
	});

	private final Queue<Runnable> withheld = new ConcurrentLinkedQueue<>();

	private volatile boolean withholdsReleases;

	private volatile boolean refusesAcquisitions;

	RemoteStore(MemoryLockStore locks) {
		this.locks = locks;
	}

	/**
	 * Let releases take effect, but do not answer them.
	 */
	void withholdAnswersToReleases() {
		this.withholdsReleases = true;
	}

	void giveWithheldAnswers() {
		this.withholdsReleases = false;
		for (Runnable answer = this.withheld.poll(); answer != null; answer = this.withheld.poll()) {
			this.thread.execute(answer);
		}
	}

	/**
	 * Answer acquisitions by an error.
	 */
	void refuseAcquisitions() {
		this.refusesAcquisitions = true;
	}

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		if (this.refusesAcquisitions) {
			return later(CompletableFuture.failedStage(new LockStoreException("refused", null)));
		}
		return later(this.locks.acquire(request, enqueue));
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		return later(this.locks.recheck(requests));
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		return later(this.locks.renew(requests));
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		CompletionStage<Boolean> released = this.locks.release(request);
		if (this.withholdsReleases) {
			CompletableFuture<Boolean> answer = new CompletableFuture<>();
			this.withheld.add(() -> released.thenAccept(answer::complete));
			return answer;
		}
		return later(released);
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		return later(this.locks.inspect(key));
	}

	@Override
	public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
		return later(this.locks.scan(cursor, size));
	}

	@Override
	public CompletionStage<LockState> forceRelease(String key) {
		return later(this.locks.forceRelease(key));
	}

	@Override
	public CompletionStage<StoreStatus> status() {
		return later(this.locks.status());
	}

	@Override
	public String mode() {
		return this.locks.mode();
	}

	@Override
	public void listen() {
		this.locks.listen();
	}

	private <T> CompletionStage<T> later(CompletionStage<T> answer) {
		return answer.thenApplyAsync((value) -> value, this.thread);
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		return this.locks.start(instance, new GrantListener() {

			@Override
			public void granted(String owner, long fencingToken) {
				RemoteStore.this.thread.execute(() -> listener.granted(owner, fencingToken));
			}

			@Override
			public void hinted(String owner) {
				RemoteStore.this.thread.execute(() -> listener.hinted(owner));
			}

			@Override
			public void revoked(String owner) {
				RemoteStore.this.thread.execute(() -> listener.revoked(owner));
			}

			@Override
			public void missed() {
				RemoteStore.this.thread.execute(listener::missed);
			}

		});
	}

	@Override
	public void stop() {
		this.locks.stop();
	}

}
