package io.distributedlock.interceptor;

import java.util.List;
import java.util.function.Supplier;

import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockException;
import io.distributedlock.LockFailure;
import io.distributedlock.LockFailure.Outcome;
import io.distributedlock.LockFailureHandler;
import io.distributedlock.LockFailureListener;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockStoreException;
import io.distributedlock.OnContention;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogMessage;
import org.springframework.util.ClassUtils;

/**
 * Handles calls whose locks were not acquired, as their policies say.
 */
final class LockFailures {

	private static final Log logger = LogFactory.getLog(LockFailures.class);

	private final Supplier<? extends @Nullable LockFailureHandler> handler;

	private final Supplier<List<LockFailureListener>> listeners;

	private final OccasionalWarning unlocked = new OccasionalWarning(logger, System::nanoTime);

	/**
	 * Create what handles failures.
	 * @param handler decides what the annotations leave open, may supply null
	 * @param listeners are told
	 */
	LockFailures(Supplier<? extends @Nullable LockFailureHandler> handler,
			Supplier<List<LockFailureListener>> listeners) {
		this.handler = handler;
		this.listeners = listeners;
	}

	/**
	 * Do what is to be done with a call.
	 * @param reason why a lock was not acquired
	 * @param invocation the call
	 * @param call its locks, none of which is held
	 * @return the result of the call
	 * @throws Throwable the reason, if the call is to fail
	 */
	@Nullable Object handle(LockException reason, MethodInvocation invocation, LockCall call) throws Throwable {
		if (reason instanceof LockNotAcquiredException busy) {
			LockRequest request = call.request(busy.getKey()).orElse(call.requests().get(0));
			return handleContention(busy, invocation, call, request);
		}
		if (reason instanceof LockStoreException && !(reason instanceof InvalidLockStoreException)) {
			return handleStoreFailure(reason, invocation, call);
		}
		throw reason;
	}

	private @Nullable Object handleContention(LockNotAcquiredException reason, MethodInvocation invocation,
			LockCall call, LockRequest request) throws Throwable {
		LockPolicies policies = request.policies();
		if (policies.onContention() == OnContention.SKIP) {
			tell(request, invocation, reason, Outcome.SKIPPED);
			return call.plan().result().empty();
		}
		if (policies.onContention() == OnContention.FALLBACK && policies.fallback() != null) {
			tell(request, invocation, reason, Outcome.FALLBACK);
			return policies.fallback().invoke(invocation, reason);
		}
		return handleByDefault(reason, invocation, request);
	}

	private @Nullable Object handleStoreFailure(LockException reason, MethodInvocation invocation, LockCall call)
			throws Throwable {
		LockRequest request = call.requests().get(0);
		return switch (call.onStoreFailure()) {
			case THROW -> handleByDefault(reason, invocation, request);
			case SKIP -> {
				tell(request, invocation, reason, Outcome.SKIPPED);
				yield call.plan().result().empty();
			}
			case PROCEED_UNLOCKED -> {
				this.unlocked.log("%s runs WITHOUT its lock: %s"
					.formatted(LockAnnotationParser.describe(invocation.getMethod()), reason.getMessage()));
				tell(request, invocation, reason, Outcome.UNLOCKED);
				yield invocation.proceed();
			}
		};
	}

	private @Nullable Object handleByDefault(LockException reason, MethodInvocation invocation, LockRequest request)
			throws Throwable {
		LockFailureHandler handler = this.handler.get();
		if (handler == null) {
			tell(request, invocation, reason, Outcome.THROWN);
			throw reason;
		}
		tell(request, invocation, reason, Outcome.HANDLED);
		Object result = handler.handle(reason, invocation);
		Class<?> returnType = invocation.getMethod().getReturnType();
		if (returnType != void.class && !ClassUtils.isAssignableValue(returnType, result)) {
			throw new IllegalStateException("%s returned %s for %s, which returns %s. Return a value of that type."
				.formatted(handler.getClass().getName(), result, invocation.getMethod(), returnType.getName()));
		}
		return result;
	}

	private void tell(LockRequest request, MethodInvocation invocation, LockException reason, Outcome outcome) {
		logger.debug(LogMessage.format("%s of %s: %s", outcome, invocation.getMethod(), reason.getMessage()));
		LockFailure failure = new LockFailure(request.spec().name(), invocation.getMethod(), reason, outcome);
		for (LockFailureListener listener : this.listeners.get()) {
			try {
				listener.onFailure(failure);
			}
			catch (RuntimeException ex) {
				logger.warn("%s failed".formatted(listener.getClass().getName()), ex);
			}
		}
	}

}
