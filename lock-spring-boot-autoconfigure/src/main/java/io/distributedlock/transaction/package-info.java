/**
 * Locks and transactions: the commit guard. Needs Spring's transaction support.
 */
@NullMarked
package io.distributedlock.transaction;

import org.jspecify.annotations.NullMarked;
