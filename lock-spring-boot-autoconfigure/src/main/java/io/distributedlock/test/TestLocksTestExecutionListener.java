package io.distributedlock.test;

import org.springframework.core.Ordered;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;
import org.springframework.test.context.support.DirtiesContextTestExecutionListener;
import org.springframework.test.context.transaction.TransactionalTestExecutionListener;

/**
 * Begins and ends tests with {@link AutoConfigureTestLocks}.
 */
final class TestLocksTestExecutionListener implements TestExecutionListener, Ordered {

	@Override
	public void beforeTestMethod(TestContext context) {
		if (applies(context)) {
			locks(context).begin();
		}
	}

	@Override
	public void afterTestMethod(TestContext context) {
		if (applies(context)) {
			locks(context).end();
		}
	}

	private static boolean applies(TestContext context) {
		return TestContextAnnotationUtils.hasAnnotation(context.getTestClass(), AutoConfigureTestLocks.class);
	}

	private static TestLocks locks(TestContext context) {
		return context.getApplicationContext().getBean(TestLocks.class);
	}

	/**
	 * Goes around the transaction of the test, which may keep locks until it has
	 * completed, and ends before the context may be closed.
	 */
	@Override
	public int getOrder() {
		return (TransactionalTestExecutionListener.ORDER + DirtiesContextTestExecutionListener.ORDER) / 2;
	}

}
