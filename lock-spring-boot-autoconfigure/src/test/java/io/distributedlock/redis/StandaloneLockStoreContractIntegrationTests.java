package io.distributedlock.redis;

import java.time.Duration;

import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

@RedisServerTest
class StandaloneLockStoreContractIntegrationTests extends AbstractLockStoreContract {

	@SharedRedis
	private RedisServerProcess redis;

	@Override
	protected LockStore createStore() {
		return new RedisLockStore(new LettuceConnectionFactory(this.redis.host(), this.redis.port()), "lock:",
				Duration.ofSeconds(60));
	}

}
