package io.distributedlock.engine;

import io.distributedlock.store.GrantListener;

/**
 * Passes on what the store tells this instance without being asked.
 *
 * @param contenders those who wait
 * @param renewer those who hold
 */
record StoreMessages(Contenders contenders, LeaseRenewer renewer) implements GrantListener {

	@Override
	public void granted(String owner, long fencingToken) {
		this.contenders.granted(owner, fencingToken);
	}

	@Override
	public void hinted(String owner) {
		this.contenders.hinted(owner);
	}

	@Override
	public void revoked(String owner) {
		this.contenders.revoked(owner);
		this.renewer.revoked(owner);
	}

	@Override
	public void missed() {
		this.contenders.missed();
		this.renewer.verify();
	}

}
