package io.distributedlock.test;

import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventConditions;
import org.junit.platform.testkit.engine.Events;
import org.junit.platform.testkit.engine.TestExecutionResultConditions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TestLocksExtension}.
 */
class TestLocksExtensionTests {

	@Test
	void givesTestsLocksOfTheirOwn() {
		run("hold", TestLocks.class).assertStatistics((statistics) -> statistics.succeeded(1));
		run("acquire", LockOperations.class).assertStatistics((statistics) -> statistics.succeeded(1));
	}

	@Test
	void failsTestThatLeavesALockHeld() {
		run("leave", LockOperations.class).assertThatEvents()
			.haveExactly(1,
					EventConditions.finishedWithFailure(TestExecutionResultConditions.instanceOf(AssertionError.class),
							TestExecutionResultConditions
								.message((text) -> text.startsWith("The test leaves 1 lock(s) held: 'k'"))));
	}

	private static Events run(String method, Class<?> parameter) {
		return EngineTestKit.engine("junit-jupiter")
			.selectors(DiscoverySelectors.selectMethod(Cases.class, method, parameter))
			.execute()
			.testEvents();
	}

	@ExtendWith(TestLocksExtension.class)
	static class Cases {

		@Test
		void hold(TestLocks locks) {
			locks.holdElsewhere("k");
			assertThat(locks.isHeld("k")).isTrue();
		}

		@Test
		void acquire(LockOperations locks) {
			locks.acquire(LockSpec.of("k")).close();
		}

		@Test
		void leave(LockOperations locks) {
			locks.acquire(LockSpec.of("k"));
		}

	}

}
