package io.distributedlock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Acquires several locks one after the other without blocking, all of them or none. A
 * caller that completes this first, as by cancelling, gives up, and what was acquired
 * until then is released.
 */
final class AsyncLeases extends CompletableFuture<LockLeases> {

	private final LockOperations operations;

	private final List<LockSpec> specs;

	private final long start = System.nanoTime();

	/**
	 * The leases so far. Touched by one thread at a time.
	 */
	private final List<LockLease> held;

	private volatile @Nullable CompletableFuture<LockLease> current;

	AsyncLeases(LockOperations operations, Collection<LockSpec> specs) {
		this.operations = operations;
		this.specs = List.copyOf(LockLeases.inOrder(specs));
		if (this.specs.isEmpty()) {
			throw new IllegalArgumentException("'specs' must not be empty");
		}
		this.held = new ArrayList<>(this.specs.size());
	}

	AsyncLeases start() {
		acquireMissing();
		return this;
	}

	private void acquireMissing() {
		while (this.held.size() < this.specs.size()) {
			CompletableFuture<LockLease> next = acquireNext();
			this.current = next;
			if (isDone()) {
				next.cancel(true);
			}
			if (!next.isDone()) {
				follow(next);
				return;
			}
			if (!next.handle(this::take).join()) {
				return;
			}
		}
		if (!super.complete(LockLeases.of(this.held))) {
			LockLeases.discardAll(this.held);
		}
	}

	private CompletableFuture<LockLease> acquireNext() {
		try {
			return this.operations.acquireAsync(nextSpec());
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private LockSpec nextSpec() {
		LockSpec spec = this.specs.get(this.held.size());
		return this.held.isEmpty() ? spec
				: spec.withWaitTime(LockLeases.rest(spec, Duration.ofNanos(System.nanoTime() - this.start)));
	}

	private void follow(CompletionStage<LockLease> next) {
		next.whenComplete((lease, failure) -> {
			if (take(lease, failure)) {
				acquireMissing();
			}
		});
	}

	/**
	 * Take a lease.
	 * @return whether to go on
	 */
	private boolean take(@Nullable LockLease lease, @Nullable Throwable failure) {
		if (lease != null) {
			this.held.add(lease);
		}
		if (failure == null && !isDone()) {
			return true;
		}
		CompletionStage<?> discarded = LockLeases.allOf(LockLeases.discardAll(this.held));
		if (failure != null) {
			discarded.whenComplete((ignored, unexpected) -> super.completeExceptionally(ofAll(failure)));
		}
		return false;
	}

	private Throwable ofAll(Throwable failure) {
		return (failure instanceof LockNotAcquiredException busy) ? new LockNotAcquiredException(busy.getKey(),
				Duration.ofNanos(System.nanoTime() - this.start), busy.getHolder()) : failure;
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return super.cancel(mayInterruptIfRunning) && giveUp();
	}

	@Override
	public boolean complete(LockLeases value) {
		return super.complete(value) && giveUp();
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		return super.completeExceptionally(failure) && giveUp();
	}

	private boolean giveUp() {
		CompletableFuture<LockLease> given = this.current;
		if (given != null) {
			given.cancel(true);
		}
		return true;
	}

}
