/**
 * Interception of {@code @DistributedLock} methods.
 */
@NullMarked
package io.distributedlock.interceptor;

import org.jspecify.annotations.NullMarked;
