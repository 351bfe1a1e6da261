/**
 * Locks on a quorum of independent Redis nodes: the Redlock algorithm.
 */
@NullMarked
package io.distributedlock.redis.redlock;

import org.jspecify.annotations.NullMarked;
