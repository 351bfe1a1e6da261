package io.distributedlock.interceptor;

import io.distributedlock.DistributedLock;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mockingDetails;

/**
 * Tests that {@link LockedBeansVerifier} lets tests of the application replace its locked
 * beans.
 */
@SpringBootTest(classes = LockedMockTests.Application.class, properties = "distributed-lock.store=memory")
@MockitoBean(types = LockedMockTests.Invoices.class)
class LockedMockTests {

	@MockitoBean
	private Orders orders;

	@MockitoSpyBean
	private Payments payments;

	@Autowired
	private Invoices invoices;

	@Test
	void startsWithMocksInThePlaceOfLockedBeans() {
		assertThat(mockingDetails(this.orders).isMock()).isTrue();
		assertThat(mockingDetails(this.invoices).isMock()).isTrue();
		assertThat(this.payments.run()).isEqualTo("paid");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(DistributedLockAutoConfiguration.class)
	@Import({ Orders.class, Invoices.class, Payments.class })
	static class Application {

	}

	static class Orders {

		@DistributedLock(name = "orders")
		void run() {
		}

	}

	static class Invoices {

		@DistributedLock(name = "invoices")
		void run() {
		}

	}

	static class Payments {

		@DistributedLock(name = "payments")
		String run() {
			return "paid";
		}

	}

}
