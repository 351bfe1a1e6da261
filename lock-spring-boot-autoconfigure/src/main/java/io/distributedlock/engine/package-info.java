/**
 * The life of a lock in this JVM: waiting, leases, renewal, reentrancy. Knows no Redis.
 */
@NullMarked
package io.distributedlock.engine;

import org.jspecify.annotations.NullMarked;
