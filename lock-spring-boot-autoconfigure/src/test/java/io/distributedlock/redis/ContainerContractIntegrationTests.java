package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockOperationsContract;
import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.DockerRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * The contract holds on the latest versions of Redis and Valkey. Skipped without Docker.
 */
@Testcontainers(disabledWithoutDocker = true)
class ContainerContractIntegrationTests {

	private static final TestStores stores = new TestStores();

	@Container
	private static final DockerRedis redis = new DockerRedis();

	@Container
	private static final DockerRedis valkey = new DockerRedis("valkey/valkey:9");

	@AfterAll
	static void stopThreads() {
		stores.close();
	}

	@Nested
	class StoreOnRedis extends AbstractLockStoreContract {

		@Override
		protected LockStore createStore() {
			return stores.store(TestStores.standalone(redis));
		}

	}

	@Nested
	class OperationsOnRedis extends AbstractLockOperationsContract {

		@Override
		protected LockStore createStore() {
			return stores.store(TestStores.standalone(redis));
		}

	}

	@Nested
	class StoreOnValkey extends AbstractLockStoreContract {

		@Override
		protected LockStore createStore() {
			return stores.store(TestStores.standalone(valkey));
		}

	}

	@Nested
	class OperationsOnValkey extends AbstractLockOperationsContract {

		@Override
		protected LockStore createStore() {
			return stores.store(TestStores.standalone(valkey));
		}

	}

}
