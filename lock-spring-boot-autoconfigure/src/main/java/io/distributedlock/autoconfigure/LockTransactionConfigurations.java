package io.distributedlock.autoconfigure;

import io.distributedlock.transaction.CommitGuardPostProcessor;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.ConfigurableTransactionManager;

/**
 * What locks have to do with transactions.
 */
final class LockTransactionConfigurations {

	private LockTransactionConfigurations() {
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConfigurableTransactionManager.class)
	@ConditionalOnBooleanProperty(name = "distributed-lock.transaction.commit-guard", matchIfMissing = true)
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static class Guard {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CommitGuardPostProcessor distributedLockCommitGuard() {
			return new CommitGuardPostProcessor();
		}

	}

}
