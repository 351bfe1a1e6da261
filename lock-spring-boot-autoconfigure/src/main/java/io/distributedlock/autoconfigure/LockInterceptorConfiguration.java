package io.distributedlock.autoconfigure;

import java.util.List;

import io.distributedlock.LockFailureHandler;
import io.distributedlock.LockFailureListener;
import io.distributedlock.LockOperations;
import io.distributedlock.interceptor.BeanFactoryLockOperationSourceAdvisor;
import io.distributedlock.interceptor.LockAutoProxyRegistrar;
import io.distributedlock.interceptor.LockRelease;
import io.distributedlock.interceptor.LockedBeansVerifier;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/**
 * Interception of annotated methods.
 * <p>
 * The advisor is created together with the first beans of the application, before some of
 * their post-processors: it must not draw in other beans. So the locks are asked for
 * later, and its properties are not read through the bean of all properties.
 */
@Configuration(proxyBeanMethods = false)
@Import(LockAutoProxyRegistrar.class)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
class LockInterceptorConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static BeanFactoryLockOperationSourceAdvisor distributedLockAdvisor(ObjectProvider<LockOperations> lockOperations,
			ObjectProvider<LockRelease> lockRelease, ObjectProvider<LockFailureHandler> failureHandler,
			ObjectProvider<LockFailureListener> failureListeners, Environment environment) {
		BeanFactoryLockOperationSourceAdvisor advisor = new BeanFactoryLockOperationSourceAdvisor(
				lockOperations::getObject);
		lockRelease.ifAvailable(advisor::setLockRelease);
		advisor.setFailureHandler(SingletonSupplier.ofNullable(failureHandler::getIfAvailable));
		SingletonSupplier<List<LockFailureListener>> listeners = SingletonSupplier
			.of(() -> failureListeners.orderedStream().toList());
		advisor.setFailureListeners(listeners::obtain);
		new LockAdvisorProperties(environment).applyTo(advisor);
		return advisor;
	}

	/**
	 * Not lazy, or it would verify nothing.
	 */
	@Bean
	@Lazy(false)
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static LockedBeansVerifier distributedLockVerifier(BeanFactory beanFactory,
			ObjectProvider<BeanFactoryLockOperationSourceAdvisor> advisors) {
		return new LockedBeansVerifier(beanFactory, advisors::stream);
	}

}
