/**
 * Locks in the memory of this JVM, for tests and local runs.
 */
@NullMarked
package io.distributedlock.memory;

import org.jspecify.annotations.NullMarked;
