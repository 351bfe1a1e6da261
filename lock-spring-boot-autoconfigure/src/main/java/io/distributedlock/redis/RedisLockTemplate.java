package io.distributedlock.redis;

import java.util.List;

import io.distributedlock.engine.LockListener;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.store.LockStore;

/**
 * The lock operations on Redis: what {@code @DistributedLock} methods delegate to, and
 * what an application injects as {@link io.distributedlock.LockOperations} to lock by
 * hand.
 *
 * @since 1.0
 */
public class RedisLockTemplate extends LockTemplate {

	/**
	 * Create a template.
	 * @param store the locks on Redis: one, or a quorum of several
	 * @param settings the settings
	 */
	public RedisLockTemplate(LockStore store, LockSettings settings) {
		super(store, settings);
	}

	/**
	 * Create a template.
	 * @param store the locks on Redis: one, or a quorum of several
	 * @param settings the settings
	 * @param listeners are told what happens to the locks
	 */
	public RedisLockTemplate(LockStore store, LockSettings settings, List<LockListener> listeners) {
		super(store, settings, listeners);
	}

}
