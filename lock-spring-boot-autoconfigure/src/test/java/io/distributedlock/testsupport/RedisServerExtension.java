package io.distributedlock.testsupport;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Starts the shared server when the first test needs it and ends it with the test run.
 */
class RedisServerExtension
		implements BeforeAllCallback, TestInstancePostProcessor, BeforeEachCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(RedisServerExtension.class);

	@Override
	public void beforeAll(ExtensionContext context) throws IllegalAccessException {
		setFields(context, context.getRequiredTestClass(), null);
	}

	@Override
	public void postProcessTestInstance(Object testInstance, ExtensionContext context) throws IllegalAccessException {
		setFields(context, testInstance.getClass(), testInstance);
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		server(context).flushAll();
	}

	@Override
	public boolean supportsParameter(ParameterContext parameterContext, ExtensionContext extensionContext) {
		Class<?> type = parameterContext.getParameter().getType();
		return type == RedisServerProcess.class || type == RedisEndpoint.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameterContext, ExtensionContext extensionContext) {
		return server(extensionContext);
	}

	private static RedisServerProcess server(ExtensionContext context) {
		return context.getRoot()
			.getStore(NAMESPACE)
			.computeIfAbsent(RedisServerProcess.class, (key) -> RedisServerProcess.start(), RedisServerProcess.class);
	}

	private static void setFields(ExtensionContext context, Class<?> testClass, @Nullable Object instance)
			throws IllegalAccessException {
		for (Field field : AnnotationSupport.findAnnotatedFields(testClass, SharedRedis.class)) {
			if (Modifier.isStatic(field.getModifiers()) == (instance == null)) {
				field.setAccessible(true);
				field.set(instance, server(context));
			}
		}
	}

}
