/**
 * What a worker is told to do.
 */
@NullMarked
package io.distributedlock.benchmarks.task;

import org.jspecify.annotations.NullMarked;
