package io.distributedlock.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;

import io.distributedlock.store.LockStore;

/**
 * Calls a store so that every failure arrives the same way.
 */
final class StoreCalls {

	private StoreCalls() {
	}

	/**
	 * Ask a store something; an exception it throws becomes a failed stage. Creates no
	 * object for the call if the question is always the same one.
	 * @param argument what the question is about
	 */
	static <A, T> CompletionStage<T> call(LockStore store, A argument,
			BiFunction<LockStore, A, CompletionStage<T>> question) {
		try {
			return question.apply(store, argument);
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
