/**
 * Compares these locks with other libraries and with what Redis allows at best.
 */
@NullMarked
package io.distributedlock.benchmarks;

import org.jspecify.annotations.NullMarked;
