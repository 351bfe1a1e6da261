package io.distributedlock.interceptor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The future in the hands of a caller whose call holds locks: completes as the one of the
 * method does, after the locks were released. Cancelling it cancels the one of the
 * method.
 *
 * @param <T> the type of the result
 */
final class LockedFuture<T extends @Nullable Object> extends CompletableFuture<T> {

	private static final Log logger = LogFactory.getLog(LockedFuture.class);

	private final CompletionStage<T> body;

	private LockedFuture(CompletionStage<T> body) {
		this.body = body;
	}

	/**
	 * Create the future for a call.
	 * @param body the stage that the method returned
	 * @param locks the locks of the call, to be released
	 */
	static <T extends @Nullable Object> CompletionStage<T> of(CompletionStage<T> body, DetachedLocks locks) {
		LockedFuture<T> future = new LockedFuture<>(body);
		locks.onLost((lost) -> {
			future.completeExceptionally(lost);
			future.cancelBody();
		});
		body.whenComplete((result, failure) -> locks.release().whenComplete((ignored, unexpected) -> {
			if (failure != null) {
				future.fail(failure);
			}
			else {
				future.complete(result);
			}
		}));
		return future;
	}

	/**
	 * Create the future for a call that has failed without running.
	 * @param failure why
	 */
	static CompletionStage<Object> failed(Throwable failure) {
		return CompletableFuture.failedFuture(failure);
	}

	private void fail(Throwable failure) {
		Throwable cause = failure.getCause();
		completeExceptionally((failure instanceof CompletionException && cause != null) ? cause : failure);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled) {
			cancelBody();
		}
		return cancelled;
	}

	private void cancelBody() {
		try {
			if (this.body instanceof Future<?> future) {
				future.cancel(true);
			}
		}
		catch (UnsupportedOperationException ex) {
			logger.trace("Only its maker can complete the stage of a method", ex);
		}
	}

}
