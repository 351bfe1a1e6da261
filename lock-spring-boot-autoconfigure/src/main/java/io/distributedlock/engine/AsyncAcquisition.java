package io.distributedlock.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import org.jspecify.annotations.Nullable;

/**
 * The future in the hands of a caller that acquires a lock without blocking. A caller
 * that completes it first, as by cancelling, gives up the wait, and gives back what has
 * been granted meanwhile.
 *
 * @param <T> what the caller gets
 */
final class AsyncAcquisition<T> extends CompletableFuture<T> {

	private final LockSpec spec;

	private final Executor completions;

	private final Result<T> result;

	private volatile @Nullable AsyncWait wait;

	/**
	 * Create an acquisition that is not under way yet.
	 * @param spec what to lock and how
	 * @param completions runs what follows on this
	 * @param result makes the result from the outcome of the wait
	 */
	AsyncAcquisition(LockSpec spec, Executor completions, Result<T> result) {
		this.spec = spec;
		this.completions = completions;
		this.result = result;
	}

	/**
	 * Get under way. Before this returns, nothing follows on it; so if the end is there
	 * at once, no other thread is needed.
	 */
	void start(Function<LockSpec, LockEngine> engine) {
		try {
			LockEngine running = engine.apply(this.spec);
			if (!isDone()) {
				start(running);
			}
		}
		catch (RuntimeException ex) {
			super.completeExceptionally(ex);
		}
	}

	private void start(LockEngine engine) {
		AsyncWait wait = engine.beginAsync(this.spec);
		if (wait.waiter().hasEnded()) {
			end(engine, wait.waiter());
			return;
		}
		this.wait = wait;
		wait.begin(() -> this.completions.execute(() -> end(engine, wait.waiter())));
		if (isDone()) {
			giveUp();
		}
	}

	private void end(LockEngine engine, Waiter waiter) {
		this.wait = null;
		try {
			LeaseHandle lease = engine.endAsync(waiter);
			if (!super.complete(this.result.of(lease, waiter)) && lease != null) {
				lease.discardAsync();
			}
		}
		catch (RuntimeException ex) {
			super.completeExceptionally(ex);
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return super.cancel(mayInterruptIfRunning) && giveUp();
	}

	@Override
	public boolean complete(T value) {
		return super.complete(value) && giveUp();
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		return super.completeExceptionally(failure) && giveUp();
	}

	private boolean giveUp() {
		AsyncWait current = this.wait;
		if (current != null) {
			current.giveUp();
		}
		return true;
	}

	/**
	 * Makes the result from the outcome of the wait.
	 *
	 * @param <T> the type of the result
	 */
	interface Result<T> {

		/**
		 * Return the result.
		 * @param lease the lease, or null if somebody else holds the lock
		 * @param waiter the waiter that has ended
		 */
		T of(@Nullable LockLease lease, Waiter waiter);

	}

}
