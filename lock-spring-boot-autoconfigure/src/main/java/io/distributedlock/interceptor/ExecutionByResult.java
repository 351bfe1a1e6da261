package io.distributedlock.interceptor;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Runs each method in the way that fits its result.
 */
final class ExecutionByResult implements LockExecution {

	private final LockExecution blocking;

	private final LockExecution future;

	private final LockExecution publisher;

	ExecutionByResult(LockExecution blocking, LockExecution future, LockExecution publisher) {
		this.blocking = blocking;
		this.future = future;
		this.publisher = publisher;
	}

	@Override
	public @Nullable Object run(MethodInvocation invocation, LockCall call) throws Throwable {
		LockExecution execution = switch (call.plan().result().kind()) {
			case VALUE -> this.blocking;
			case FUTURE -> this.future;
			case PUBLISHER -> this.publisher;
		};
		return execution.run(invocation, call);
	}

}
