package io.distributedlock.memory;

import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;

class MemoryLockStoreContractTests extends AbstractLockStoreContract {

	@Override
	protected LockStore createStore() {
		return new MemoryLockStore();
	}

}
