/**
 * The cost of an intercepted call, by JMH.
 */
@NullMarked
package io.distributedlock.benchmarks.interception;

import org.jspecify.annotations.NullMarked;
