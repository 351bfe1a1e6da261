package io.distributedlock.redis;

import java.time.Duration;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import io.distributedlock.testsupport.TlsProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Locks use TLS as the application does: they verify the server, and prove who they are.
 */
@RedisServerTest
@Timeout(60)
class RedisTlsIntegrationTests {

	private static final LockSpec SPEC = LockSpec.of("k").withWaitTime(Duration.ofSeconds(2));

	@SharedRedis
	private RedisServerProcess redis;

	private TlsProxy tls;

	private ApplicationContextRunner application;

	@BeforeEach
	void createApplication() {
		this.tls = new TlsProxy(this.redis);
		this.application = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, DataRedisAutoConfiguration.class,
					DistributedLockAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.host=" + this.tls.host(),
					"spring.data.redis.port=" + this.tls.port());
	}

	@AfterEach
	void stopProxy() {
		this.tls.close();
	}

	@Test
	void bundleOfTheApplicationIsUsed() {
		this.application.withPropertyValues("spring.data.redis.ssl.bundle=redis")
			.withPropertyValues(bundle("keystore"))
			.withPropertyValues(bundle("truststore"))
			.run((context) -> {
				LockLease lease = context.getBean(LockOperations.class).acquire(SPEC);
				assertThat(this.redis.cli("EXISTS", "lock:{k}")).isEqualTo(1L);
				lease.close();
			});
	}

	@Test
	void serverThatIsNotTrustedIsNotTalkedTo() {
		this.application.withPropertyValues("spring.data.redis.ssl.enabled=true")
			.run((context) -> assertThatExceptionOfType(LockStoreUnavailableException.class)
				.isThrownBy(() -> context.getBean(LockOperations.class).acquire(SPEC))
				.withMessageContaining("unable to find valid certification path"));
	}

	@Test
	void clientThatDoesNotProveWhoItIsIsNotTalkedTo() {
		this.application.withPropertyValues("spring.data.redis.ssl.bundle=redis")
			.withPropertyValues(bundle("truststore"))
			.run((context) -> assertThatExceptionOfType(LockStoreUnavailableException.class)
				.isThrownBy(() -> context.getBean(LockOperations.class).acquire(SPEC)));
	}

	private String[] bundle(String store) {
		String prefix = "spring.ssl.bundle.jks.redis." + store;
		return new String[] { prefix + ".type=PKCS12", prefix + ".password=" + TlsProxy.PASSWORD,
				prefix + ".location=" + this.tls.keyStore().toUri() };
	}

}
