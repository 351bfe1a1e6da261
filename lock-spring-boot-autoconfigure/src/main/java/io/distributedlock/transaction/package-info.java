/**
 * Locks and transactions: the commit guard, and the release of locks that are taken
 * inside a transaction. Needs Spring's transaction support.
 */
@NullMarked
package io.distributedlock.transaction;

import org.jspecify.annotations.NullMarked;
