/**
 * The Redis server of a run, and what it counted.
 */
@NullMarked
package io.distributedlock.benchmarks.redis;

import org.jspecify.annotations.NullMarked;
