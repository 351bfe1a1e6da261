package io.distributedlock.test;

import io.distributedlock.engine.LockTemplate;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of locks for tests, with {@link AutoConfigureTestLocks}.
 *
 * @since 1.0
 */
@AutoConfiguration(beforeName = "io.distributedlock.autoconfigure.DistributedLockAutoConfiguration")
public final class TestLocksAutoConfiguration {

	@Bean
	TestLockStore distributedLockTestStore() {
		return new TestLockStore();
	}

	@Bean(destroyMethod = "")
	TestLocks distributedLockTestLocks(TestLockStore store, LockTemplate operations) {
		return TestLocks.of(store, operations);
	}

}
