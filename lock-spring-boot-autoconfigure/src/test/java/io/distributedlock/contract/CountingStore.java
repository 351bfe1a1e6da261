package io.distributedlock.contract;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

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
 * Counts what reaches a store.
 */
public final class CountingStore implements LockStore {

	private final LockStore delegate;

	private final AtomicLong acquisitions = new AtomicLong();

	private final AtomicLong answers = new AtomicLong();

	private final AtomicLong renewals = new AtomicLong();

	private final AtomicLong others = new AtomicLong();

	private volatile @Nullable GrantListener listener;

	public CountingStore(LockStore delegate) {
		this.delegate = delegate;
	}

	public long acquisitions() {
		return this.acquisitions.get();
	}

	public long renewals() {
		return this.renewals.get();
	}

	public long commands() {
		return this.acquisitions.get() + this.renewals.get() + this.others.get();
	}

	/**
	 * Return how many acquisitions were answered.
	 */
	public long answers() {
		return this.answers.get();
	}

	/**
	 * Make all waiters ask the store, as if grants had been missed.
	 */
	public void missed() {
		GrantListener started = this.listener;
		if (started != null) {
			started.missed();
		}
	}

	@Override
	public CompletionStage<AcquireReply> acquire(LeaseRequest request, boolean enqueue) {
		this.acquisitions.incrementAndGet();
		return this.delegate.acquire(request, enqueue).whenComplete((reply, failure) -> this.answers.incrementAndGet());
	}

	@Override
	public CompletionStage<List<AcquireReply>> recheck(List<LeaseRequest> requests) {
		this.acquisitions.incrementAndGet();
		return this.delegate.recheck(requests);
	}

	@Override
	public CompletionStage<List<RenewReply>> renew(List<LeaseRequest> requests) {
		this.renewals.incrementAndGet();
		return this.delegate.renew(requests);
	}

	@Override
	public CompletionStage<Boolean> release(LeaseRequest request) {
		this.others.incrementAndGet();
		return this.delegate.release(request);
	}

	@Override
	public CompletionStage<LockState> inspect(String key) {
		this.others.incrementAndGet();
		return this.delegate.inspect(key);
	}

	@Override
	public CompletionStage<LockPage> scan(@Nullable String cursor, int size) {
		this.others.incrementAndGet();
		return this.delegate.scan(cursor, size);
	}

	@Override
	public CompletionStage<LockState> forceRelease(String key) {
		this.others.incrementAndGet();
		return this.delegate.forceRelease(key);
	}

	@Override
	public CompletionStage<StoreStatus> status() {
		return this.delegate.status();
	}

	@Override
	public void listen() {
		this.delegate.listen();
	}

	@Override
	public void verifyListening() {
		this.delegate.verifyListening();
	}

	@Override
	public String mode() {
		return this.delegate.mode();
	}

	@Override
	public CompletionStage<Void> start(String instance, GrantListener listener) {
		this.listener = listener;
		return this.delegate.start(instance, listener);
	}

	@Override
	public void stop() {
		this.delegate.stop();
	}

}
