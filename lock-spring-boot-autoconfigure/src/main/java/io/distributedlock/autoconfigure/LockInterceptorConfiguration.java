package io.distributedlock.autoconfigure;

import io.distributedlock.LockOperations;
import io.distributedlock.interceptor.BeanFactoryLockOperationSourceAdvisor;
import io.distributedlock.interceptor.LockAutoProxyRegistrar;
import io.distributedlock.interceptor.LockRelease;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Interception of annotated methods.
 * <p>
 * The advisor is created together with the first beans of the application, before some of
 * their post-processors: it must not draw in other beans. So the locks are asked for
 * later, and its property is not read through the bean of all properties.
 */
@Configuration(proxyBeanMethods = false)
@Import(LockAutoProxyRegistrar.class)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
class LockInterceptorConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static BeanFactoryLockOperationSourceAdvisor distributedLockAdvisor(ObjectProvider<LockOperations> lockOperations,
			ObjectProvider<LockRelease> lockRelease, Environment environment) {
		BeanFactoryLockOperationSourceAdvisor advisor = new BeanFactoryLockOperationSourceAdvisor(
				lockOperations::getObject);
		Binder.get(environment).bind("distributed-lock.advisor-order", Integer.class).ifBound(advisor::setOrder);
		lockRelease.ifAvailable(advisor::setLockRelease);
		return advisor;
	}

}
