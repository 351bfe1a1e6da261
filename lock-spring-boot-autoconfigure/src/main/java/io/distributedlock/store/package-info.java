/**
 * The service provider interface between the lock engine and what stores the locks.
 */
@NullMarked
package io.distributedlock.store;

import org.jspecify.annotations.NullMarked;
