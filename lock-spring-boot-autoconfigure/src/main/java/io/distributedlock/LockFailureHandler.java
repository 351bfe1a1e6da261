package io.distributedlock;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One policy for all {@link DistributedLock @DistributedLock} methods whose locks were
 * not acquired. To be defined as a bean.
 * <p>
 * It is asked where the annotation, with what the properties say about its name, leaves
 * the matter at {@link OnContention#THROW} or {@link OnStoreFailure#THROW}: other
 * policies of an annotation take precedence. It is not asked when the thread was
 * interrupted, the application stops, the key is invalid, or the thread holds the lock
 * already: those are no failures to get a lock.
 *
 * @since 1.0
 */
@FunctionalInterface
public interface LockFailureHandler {

	/**
	 * Decide what becomes of a call. No lock of it is held.
	 * @param failure why the lock was not acquired: {@link LockNotAcquiredException} or
	 * {@link LockStoreException}
	 * @param invocation the call, which tells its method, arguments and target;
	 * {@code proceed()} would run it <strong>without</strong> the lock
	 * @return the result of the call, of the type that the method returns
	 * @throws Throwable if the call is to fail, usually the given failure
	 */
	@Nullable Object handle(LockException failure, MethodInvocation invocation) throws Throwable;

}
