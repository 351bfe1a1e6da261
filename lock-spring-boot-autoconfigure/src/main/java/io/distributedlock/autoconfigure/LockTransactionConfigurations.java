package io.distributedlock.autoconfigure;

import io.distributedlock.interceptor.LockRelease;
import io.distributedlock.transaction.CommitGuardPostProcessor;
import io.distributedlock.transaction.TransactionalLockRelease;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

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

	/**
	 * The bean is created together with the advisor and so, too, reads its property
	 * without the bean of all properties.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConfigurableTransactionManager.class)
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static class Release {

		@Bean
		@ConditionalOnMissingBean(LockRelease.class)
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static TransactionalLockRelease distributedLockRelease(ObjectProvider<TransactionAttributeSource> attributes,
				Environment environment) {
			boolean afterCompletion = Binder.get(environment)
				.bind("distributed-lock.transaction.release-after-completion", Boolean.class)
				.orElse(false);
			return new TransactionalLockRelease(afterCompletion, attributes::getIfUnique);
		}

	}

}
