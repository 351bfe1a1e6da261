package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockOperationsContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisClusterProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ClusterLockOperationsContractIntegrationTests extends AbstractLockOperationsContract {

	private final TestStores stores = new TestStores();

	private RedisClusterProcess redis;

	@BeforeAll
	void startRedis() {
		this.redis = RedisClusterProcess.start();
	}

	@AfterAll
	void stopRedis() {
		this.redis.close();
		this.stores.close();
	}

	@Override
	protected LockStore createStore() {
		return this.stores.store(TestStores.cluster(this.redis));
	}

}
