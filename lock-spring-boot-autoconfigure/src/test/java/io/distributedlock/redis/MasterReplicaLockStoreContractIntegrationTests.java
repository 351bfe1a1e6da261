package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.ReplicatedRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MasterReplicaLockStoreContractIntegrationTests extends AbstractLockStoreContract {

	private final TestStores stores = new TestStores();

	private ReplicatedRedis redis;

	@BeforeAll
	void startRedis() {
		this.redis = ReplicatedRedis.start();
	}

	@AfterAll
	void stopRedis() {
		this.redis.close();
		this.stores.close();
	}

	@Override
	protected LockStore createStore() {
		return this.stores.store(TestStores.masterReplica(this.redis));
	}

}
