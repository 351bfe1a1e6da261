package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockOperationsContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;

/**
 * The Redis user that the README recommends to lock can do all that is in the contract.
 */
@RedisServerTest
class AclLockOperationsContractIntegrationTests extends AbstractLockOperationsContract {

	@SharedRedis
	private RedisServerProcess redis;

	private boolean created;

	@Override
	protected LockStore createStore() {
		if (!this.created) {
			ReadmeUser.create(this.redis);
			this.created = true;
		}
		return ReadmeUser.store(this.redis);
	}

}
