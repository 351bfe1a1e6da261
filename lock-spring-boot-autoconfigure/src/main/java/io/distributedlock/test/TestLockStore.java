package io.distributedlock.test;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.distributedlock.LockStoreUnavailableException;
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
 * Locks in memory that the application cannot reach during an outage. The test can.
 */
final class TestLockStore implements LockStore {

	private final MemoryLockStore locks = new MemoryLockStore();

	private volatile boolean outage;

	/**
	 * Return the locks themselves, which know no outage.
	 */
	MemoryLockStore locks() {
		return this.locks;
	}

	void setOutage(boolean outage) {
		this.outage = outage;
	}

	private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> operation) {
		return this.outage ? CompletableFuture.failedStage(new LockStoreUnavailableException(
				"The store of the locks is out of order: the test simulates it", null)) : operation.get();
	}

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		return ask(() -> this.locks.acquire(request, enqueue));
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		return ask(() -> this.locks.recheck(requests));
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		return ask(() -> this.locks.renew(requests));
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		return ask(() -> this.locks.release(request));
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		return ask(() -> this.locks.inspect(key));
	}

	@Override
	public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
		return ask(() -> this.locks.scan(cursor, size));
	}

	@Override
	public CompletionStage<LockState> forceRelease(String key) {
		return ask(() -> this.locks.forceRelease(key));
	}

	@Override
	public CompletionStage<StoreStatus> status() {
		return ask(this.locks::status);
	}

	@Override
	public void listen() {
		this.locks.listen();
	}

	@Override
	public String mode() {
		return this.locks.mode();
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		return this.locks.start(instance, listener);
	}

	@Override
	public void stop() {
		this.locks.stop();
	}

}
