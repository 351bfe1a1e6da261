/**
 * Health of the store of the locks.
 */
@NullMarked
package io.distributedlock.health;

import org.jspecify.annotations.NullMarked;
