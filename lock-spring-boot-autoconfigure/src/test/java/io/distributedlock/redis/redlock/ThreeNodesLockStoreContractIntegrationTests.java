package io.distributedlock.redis.redlock;

import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ThreeNodesLockStoreContractIntegrationTests extends AbstractLockStoreContract {

	private RedlockServers nodes;

	@BeforeAll
	void startNodes() {
		this.nodes = RedlockServers.start(3);
	}

	@AfterAll
	void stopNodes() {
		this.nodes.close();
	}

	@Override
	protected LockStore createStore() {
		return this.nodes.store();
	}

	@Override
	protected boolean knowsHoldTimes() {
		return false;
	}

}
