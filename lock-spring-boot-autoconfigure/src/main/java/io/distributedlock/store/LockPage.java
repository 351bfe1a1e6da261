package io.distributedlock.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Some of the locks that are held.
 *
 * @param locks the locks
 * @param cursor where the next page begins, or null if this is the last one
 * @since 1.0
 */
public record LockPage(List<LockState> locks, @Nullable String cursor) {

}
