/**
 * Statistics and meters of locks.
 */
@NullMarked
package io.distributedlock.metrics;

import org.jspecify.annotations.NullMarked;
