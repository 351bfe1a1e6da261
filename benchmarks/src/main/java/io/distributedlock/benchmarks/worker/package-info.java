/**
 * JVMs in which the contestants run, and how the driver talks to them.
 */
@NullMarked
package io.distributedlock.benchmarks.worker;

import org.jspecify.annotations.NullMarked;
