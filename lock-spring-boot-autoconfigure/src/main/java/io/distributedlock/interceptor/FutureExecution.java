package io.distributedlock.interceptor;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import io.distributedlock.LockException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
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
			if (result instanceof Future<?> future && !(result instanceof CompletionStage<?>)) {
				awaitEnd(future, held);
			}
		}
		catch (Throwable ex) {
			this.locks.release(held, invocation, ex);
			throw ex;
		}
		if (result instanceof CompletionStage<?> stage && !isDone(stage)) {
			return LockedFuture.of(stage, DetachedLocks.of(held, call));
		}
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
		try {
			return stage instanceof Future<?> future && future.isDone();
		}
		catch (UnsupportedOperationException ex) {
			// A minimal stage is a future that cannot be asked
			return false;
		}
	}

	/**
	 * Wait for the future of an {@code @Async} method that does not tell when it is done.
	 * Spring waits for it on this thread, too. An interrupt does not end what runs, so it
	 * ends the wait only if the locks are lost.
	 */
	private static void awaitEnd(Future<?> future, Object held) {
		boolean interrupted = false;
		try {
			while (!future.isDone()) {
				try {
					future.get();
					return;
				}
				catch (InterruptedException ex) {
					interrupted = true;
					if (!isHeld(held)) {
						future.cancel(true);
						return;
					}
				}
			}
		}
		catch (ExecutionException | CancellationException ex) {
			logger.trace(LogMessage.format("Ended with %s", ex));
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static boolean isHeld(Object held) {
		return (held instanceof LockLeases leases) ? leases.isHeld() : ((LockLease) held).isHeld();
	}

}
