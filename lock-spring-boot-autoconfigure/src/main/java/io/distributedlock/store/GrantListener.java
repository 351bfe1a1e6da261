package io.distributedlock.store;

/**
 * Is told what the store does to the waiters and holders of an instance without being
 * asked. Called on a thread of the store, which must not be blocked.
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
	 * A lock was taken from its owner by force: the owner neither holds it nor waits for
	 * it any more.
	 * @param owner the owner token
	 */
	void revoked(String owner);

	/**
	 * Messages may have been missed, or waiters may be queued from now on: every waiter
	 * should ask again, and every holder whether it still is one.
	 */
	void missed();

}
