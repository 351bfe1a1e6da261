/**
 * What every lock store must do, whatever it is made of, and what the lock operations
 * must do on every store.
 */
@NullMarked
package io.distributedlock.contract;

import org.jspecify.annotations.NullMarked;
