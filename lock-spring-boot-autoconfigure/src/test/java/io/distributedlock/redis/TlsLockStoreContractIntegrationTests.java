package io.distributedlock.redis;

import io.distributedlock.contract.AbstractLockStoreContract;
import io.distributedlock.store.LockStore;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import io.distributedlock.testsupport.TlsProxy;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * All that a store does can be done through TLS, with certificates on both sides. The
 * contract of the operations, which see only the store, is left out for the time it
 * takes.
 */
@RedisServerTest
class TlsLockStoreContractIntegrationTests extends AbstractLockStoreContract {

	private final TestStores stores = new TestStores();

	@SharedRedis
	private RedisServerProcess redis;

	private TlsProxy tls;

	@BeforeAll
	void startProxy() {
		this.tls = new TlsProxy(this.redis);
	}

	@AfterAll
	void stopProxy() {
		this.tls.close();
		this.stores.close();
	}

	@Override
	protected LockStore createStore() {
		SslOptions certificates = SslOptions.builder()
			.keyStoreType("PKCS12")
			.keystore(this.tls.keyStore().toFile(), TlsProxy.PASSWORD.toCharArray())
			.truststore(this.tls.keyStore().toFile(), TlsProxy.PASSWORD)
			.build();
		return this.stores.store(TestStores.standalone(this.tls),
				(client) -> client.clientOptions(ClientOptions.builder().sslOptions(certificates).build()).useSsl());
	}

}
