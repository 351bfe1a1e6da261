package io.distributedlock.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockStore;

/**
 * Calls a store so that every failure arrives the same way.
 */
final class StoreCalls {

	private StoreCalls() {
	}

	/**
	 * Call the store; an exception it throws becomes a failed stage.
	 */
	static <T> CompletionStage<T> call(Supplier<CompletionStage<T>> operation) {
		try {
			return operation.get();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedStage(ex);
		}
	}

	/**
	 * Ask a store for a lock, as {@link #call} does, without an object for the call.
	 */
	static CompletionStage<AcquireReply> acquire(LockStore store, LeaseRequest request, boolean enqueue) {
		try {
			return store.acquire(request, enqueue);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedStage(ex);
		}
	}

	/**
	 * Give a lock back to a store, as {@link #call} does, without an object for the call.
	 */
	static CompletionStage<Boolean> release(LockStore store, LeaseRequest request) {
		try {
			return store.release(request);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedStage(ex);
		}
	}

	/**
	 * Return whether the answer to a call is there, and is no failure: then there is no
	 * need to wait for it in any way.
	 */
	static boolean isAnswered(CompletableFuture<?> answer) {
		return answer.isDone() && !answer.isCompletedExceptionally();
	}

	/**
	 * Return what went wrong, without the wrappers of the futures it came through.
	 */
	static Throwable unwrap(Throwable failure) {
		Throwable cause = failure;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

}
