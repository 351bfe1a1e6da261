package io.distributedlock.interceptor;

import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link OccasionalWarning}.
 */
class OccasionalWarningTests {

	@Test
	void warnsOnceInAWhileAndTellsHowOftenItWasLeftOut() {
		AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);
		Log log = mock(Log.class);
		OccasionalWarning warning = new OccasionalWarning(log, time::get);
		warning.log("first");
		warning.log("second");
		time.addAndGet(OccasionalWarning.INTERVAL.toNanos() - 1);
		warning.log("third");
		time.incrementAndGet();
		warning.log("fourth");
		time.addAndGet(OccasionalWarning.INTERVAL.toNanos());
		warning.log("fifth");
		InOrder inOrder = inOrder(log);
		inOrder.verify(log).warn("first");
		inOrder.verify(log).debug("second");
		inOrder.verify(log).debug("third");
		inOrder.verify(log).warn("fourth (and 2 others since the last warning)");
		inOrder.verify(log).warn("fifth");
		inOrder.verifyNoMoreInteractions();
	}

}
