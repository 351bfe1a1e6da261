package io.distributedlock.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.junit.jupiter.api.Test;

import static org.mockito.ArgumentMatchers.startsWith;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;

/**
 * Tests for {@link RepeatedWarnings}.
 */
class RepeatedWarningsTests {

	private final Log log = mock();

	private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);

	private final RepeatedWarnings warnings = new RepeatedWarnings(this.log, this.time::get);

	@Test
	void repetitionsWithinAMinuteAreLoggedForDebugging() {
		this.warnings.warn("orders", "one");
		this.warnings.warn("orders", "two");
		this.warnings.warn("stock", "other");
		this.time.addAndGet(Duration.ofSeconds(59).toNanos());
		this.warnings.warn("orders", "three");
		this.time.addAndGet(Duration.ofSeconds(1).toNanos());
		this.warnings.warn("orders", "four");
		then(this.log).should().warn("one");
		then(this.log).should().debug("two");
		then(this.log).should().warn("other");
		then(this.log).should().debug("three");
		then(this.log).should().warn("four");
	}

	@Test
	void namesBeyondALimitShareTheirWarnings() {
		for (int i = 0; i < 200; i++) {
			this.warnings.warn("name-" + i, "known " + i);
		}
		for (int i = 0; i < 1000; i++) {
			this.warnings.warn("other-" + i, "other " + i);
		}
		then(this.log).should(times(200)).warn(startsWith("known"));
		then(this.log).should().warn("other 0");
		then(this.log).should(never()).warn("other 1");
		then(this.log).should(times(999)).debug(startsWith("other"));
	}

}
