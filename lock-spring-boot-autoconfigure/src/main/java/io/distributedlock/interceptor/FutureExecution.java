package io.distributedlock.interceptor;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import io.distributedlock.LockException;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogMessage;

/**
 * Runs a method that returns a future, and has ended when that has completed. Its locks
 * are taken on the thread of the caller before the call, and belong to that thread until
 * the method returns, so that what it calls meanwhile may enter them again.
 */
final class FutureExecution implements LockExecution {

	private static final Log logger = LogFactory.getLog(FutureExecution.class);

	private final CallerLocks locks;

	private final LogContext logContext;

	FutureExecution(CallerLocks locks, LogContext logContext) {
		this.locks = locks;
		this.logContext = logContext;
	}

	@Override
	public @Nullable Object run(MethodInvocation invocation, LockCall call) throws Throwable {
		Object held;
		try {
			held = this.locks.acquire(call);
		}
		catch (LockException ex) {
			return withoutLocks(ex, invocation, call);
		}
		Object result;
		try {
			call.passLeases(invocation, held);
			result = this.logContext.proceed(invocation, held);
		}
		catch (Throwable ex) {
			this.locks.release(held, invocation, ex);
			throw ex;
		}
		if (result instanceof CompletionStage<?> stage && !isDone(stage)) {
			return LockedFuture.of(stage, DetachedLocks.of(held, call));
		}
		awaitEnd(result);
		this.locks.release(held, invocation, null);
		return result;
	}

	/**
	 * Do without the locks. Callers of such methods look for errors in the future.
	 */
	private static @Nullable Object withoutLocks(LockException reason, MethodInvocation invocation, LockCall call)
			throws Throwable {
		try {
			return call.withoutLocks(reason, invocation);
		}
		catch (LockException ex) {
			return LockedFuture.failed(ex);
		}
	}

	private static boolean isDone(CompletionStage<?> stage) {
		return stage instanceof Future<?> future && future.isDone();
	}

	/**
	 * Wait for the future of an {@code @Async} method that does not tell when it is done.
	 * Spring waits for it on this thread, too.
	 */
	private static void awaitEnd(@Nullable Object result) {
		if (result instanceof Future<?> future && !future.isDone()) {
			try {
				future.get();
			}
			catch (ExecutionException | CancellationException ex) {
				logger.trace(LogMessage.format("Ended with %s", ex));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
