package io.distributedlock;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * An asynchronous action, from the wait for its lock to its release.
 *
 * @param <T> the type of the result
 */
final class AsyncExecution<T extends @Nullable Object> extends CompletableFuture<T> {

	private final Function<? super LockLease, ? extends CompletionStage<T>> action;

	/**
	 * The wait for the lock, then the action.
	 */
	private volatile @Nullable Future<?> current;

	AsyncExecution(Function<? super LockLease, ? extends CompletionStage<T>> action) {
		this.action = action;
	}

	CompletableFuture<T> start(CompletableFuture<LockLease> acquisition) {
		this.current = acquisition;
		follow(acquisition);
		return this;
	}

	private void follow(CompletionStage<LockLease> acquisition) {
		acquisition.whenComplete((lease, failure) -> {
			if (failure != null) {
				fail(failure);
			}
			else {
				run(lease);
			}
		});
	}

	private void run(LockLease lease) {
		if (isDone()) {
			ThreadBoundLease.discardAsync(lease);
			return;
		}
		CompletionStage<T> stage;
		try {
			stage = Objects.requireNonNull(this.action.apply(lease), "The action must not return null but a stage");
			this.current = cancellable(stage);
		}
		catch (Throwable ex) {
			stage = CompletableFuture.failedStage(ex);
		}
		if (isCancelled()) {
			cancelCurrent();
		}
		stage.whenComplete((result, failure) -> lease.releaseAsync().whenComplete((outcome, ignored) -> {
			if (failure != null) {
				fail(failure);
			}
			else {
				complete(result);
			}
		}));
	}

	/**
	 * Return what to cancel in order to cancel a stage, or null if it cannot be.
	 */
	private static @Nullable Future<?> cancellable(CompletionStage<?> stage) {
		try {
			return stage.toCompletableFuture();
		}
		catch (UnsupportedOperationException ex) {
			return null;
		}
	}

	private void fail(Throwable failure) {
		Throwable cause = failure.getCause();
		completeExceptionally((failure instanceof CompletionException && cause != null) ? cause : failure);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled) {
			cancelCurrent();
		}
		return cancelled;
	}

	private void cancelCurrent() {
		Future<?> cancelled = this.current;
		if (cancelled != null) {
			cancelled.cancel(true);
		}
	}

}
