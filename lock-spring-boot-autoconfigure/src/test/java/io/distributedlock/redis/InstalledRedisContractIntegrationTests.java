package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockOperationsContract;
import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.InstalledRedis;
import io.distributedlock.testsupport.RedisServerProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/**
 * The contract holds on the version of Redis or Valkey that is installed, too. Skipped if
 * none is.
 */
class InstalledRedisContractIntegrationTests {

	private static final TestStores stores = new TestStores();

	private static RedisServerProcess redis;

	@BeforeAll
	static void startRedis() {
		redis = InstalledRedis.start();
	}

	@AfterAll
	static void stopRedis() {
		if (redis != null) {
			redis.close();
		}
		stores.close();
	}

	@Nested
	class Store extends AbstractLockStoreContract {

		@Override
		protected LockStore createStore() {
			return stores.store(TestStores.standalone(redis));
		}

	}

	@Nested
	class Operations extends AbstractLockOperationsContract {

		@Override
		protected LockStore createStore() {
			return stores.store(TestStores.standalone(redis));
		}

	}

}
