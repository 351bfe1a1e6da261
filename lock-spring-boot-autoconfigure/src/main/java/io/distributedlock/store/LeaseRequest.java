package io.distributedlock.store;

import java.time.Duration;

/**
 * The lease an owner asks for, prolongs or gives back.
 *
 * @param key the key of the lock
 * @param owner the token of the owner, unique to this acquisition: the name of the
 * instance, {@code #}, and what tells its acquisitions apart
 * @param ttl how long the store keeps the lock when nobody renews or releases it
 * @since 1.0
 */
public record LeaseRequest(String key, String owner, Duration ttl) {

}
