package io.distributedlock.memory;

import io.distributedlock.contract.AbstractLockOperationsContract;
import io.distributedlock.store.LockStore;

class MemoryLockOperationsContractTests extends AbstractLockOperationsContract {

	private final MemoryLockStore store = new MemoryLockStore();

	@Override
	protected LockStore createStore() {
		return this.store;
	}

}
