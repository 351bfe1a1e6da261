package io.distributedlock.interceptor;

import io.distributedlock.OnContention;
import io.distributedlock.OnStoreFailure;
import org.jspecify.annotations.Nullable;

/**
 * What a method does if a lock of it is not acquired.
 *
 * @param onContention what to do if somebody else holds the lock
 * @param fallback the method to call instead, not null if that is to be done on
 * contention
 * @param onStoreFailure what to do if the store fails
 */
record LockPolicies(OnContention onContention, @Nullable FallbackMethod fallback, OnStoreFailure onStoreFailure) {

}
