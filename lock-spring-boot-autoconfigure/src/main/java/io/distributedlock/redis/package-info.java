/**
 * Locks on one Redis: standalone, replicated, Sentinel or Cluster.
 */
@NullMarked
package io.distributedlock.redis;

import org.jspecify.annotations.NullMarked;
