package io.distributedlock.test;

import io.distributedlock.LockOperations;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each JUnit test without Spring locks of its own, as a parameter of type
 * {@link TestLocks} or {@link LockOperations}, and fails a test that leaves a lock held.
 *
 * <pre class="code">
 * &#064;ExtendWith(TestLocksExtension.class)
 * class LedgerTests {
 *
 *     &#064;Test
 *     void refusesToCloseAnAccountThatSomebodyElseCloses(TestLocks locks) {
 *         locks.holdElsewhere("account::1");
 *         ...
 *     }
 *
 * }</pre>
 *
 * @since 1.0
 */
public final class TestLocksExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(TestLocksExtension.class);

	@Override
	public void beforeEach(ExtensionContext context) {
		locks(context);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		locks(context).end();
	}

	@Override
	public boolean supportsParameter(ParameterContext parameterContext, ExtensionContext extensionContext) {
		Class<?> type = parameterContext.getParameter().getType();
		return extensionContext.getTestMethod().isPresent()
				&& (type == TestLocks.class || type == LockOperations.class);
	}

	@Override
	public Object resolveParameter(ParameterContext parameterContext, ExtensionContext extensionContext) {
		TestLocks locks = locks(extensionContext);
		return (parameterContext.getParameter().getType() == TestLocks.class) ? locks : locks.operations();
	}

	/**
	 * The locks of a test, which JUnit closes after it.
	 */
	private static TestLocks locks(ExtensionContext context) {
		return context.getStore(NAMESPACE)
			.computeIfAbsent(TestLocks.class, (type) -> TestLocks.create(), TestLocks.class);
	}

}
