package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;

/**
 * The Redis user that the README recommends to look at locks can do all that is in the
 * contract.
 */
@RedisServerTest
class AclLockStoreContractIntegrationTests extends AbstractLockStoreContract {

	@SharedRedis
	private RedisServerProcess redis;

	private boolean created;

	@Override
	protected LockStore createStore() {
		if (!this.created) {
			ReadmeUser.create(this.redis, ReadmeUser.operatingCommands().toArray(String[]::new));
			this.created = true;
		}
		return ReadmeUser.store(this.redis);
	}

}
