/**
 * The measures: one class for each, which says what is done and what is counted.
 */
@NullMarked
package io.distributedlock.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
