package io.distributedlock.store;

/**
 * Is told what the store does for the waiters of an instance without being asked. Called
 * on a thread of the store, which must not be blocked.
 *
 * @since 1.0
 */
public interface GrantListener {

	/**
	 * The lock was handed over to a waiter. May come late, twice, not at all, before the
	 * answer to the request that queued the waiter, or after the lease has ended.
	 * @param owner the owner token of the waiter
	 * @param fencingToken the first of the fencing tokens of the grant
	 */
	void granted(String owner, long fencingToken);

	/**
	 * The lock may be free now for a waiter: it should ask at once. May come twice, late,
	 * or not at all.
	 * @param owner the owner token of the waiter
	 */
	void hinted(String owner);

	/**
	 * Grants may have been missed, or waiters may be queued from now on: every waiter
	 * should ask again.
	 */
	void missed();

}
