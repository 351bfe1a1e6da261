/**
 * Those who take part: libraries and limits, behind one small adapter interface.
 */
@NullMarked
package io.distributedlock.benchmarks.contestant;

import org.jspecify.annotations.NullMarked;
