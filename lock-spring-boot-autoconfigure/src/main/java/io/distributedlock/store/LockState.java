package io.distributedlock.store;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a lock.
 *
 * @param key the key of the lock
 * @param holder the token of the holder, or null if the lock is free
 * @param remaining how long the lock lasts if nobody renews or releases it; zero if free
 * @param fencingToken the last of the fencing tokens that came with the latest grant, or
 * 0 if the store remembers none
 * @since 1.0
 */
public record LockState(String key, @Nullable String holder, Duration remaining, long fencingToken) {

}
