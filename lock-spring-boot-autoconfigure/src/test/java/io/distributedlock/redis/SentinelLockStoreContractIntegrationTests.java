package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisSentinelProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class SentinelLockStoreContractIntegrationTests extends AbstractLockStoreContract {

	private final TestStores stores = new TestStores();

	private RedisSentinelProcess redis;

	@BeforeAll
	void startRedis() {
		this.redis = RedisSentinelProcess.start(1);
	}

	@AfterAll
	void stopRedis() {
		this.redis.close();
		this.stores.close();
	}

	@Override
	protected LockStore createStore() {
		return this.stores.store(TestStores.sentinel(this.redis));
	}

}
