package io.distributedlock.test;

import java.time.Duration;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventConditions;
import org.junit.platform.testkit.engine.Events;
import org.junit.platform.testkit.engine.TestExecutionResultConditions;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.ClassMode;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link AutoConfigureTestLocks}.
 */
class AutoConfigureTestLocksTests {

	@Test
	void givesApplicationsLocksInMemory() {
		run(Application.class).assertStatistics((statistics) -> statistics.started(3).succeeded(3));
	}

	@Test
	void givesSlicesLocks() {
		run(Slice.class).assertStatistics((statistics) -> statistics.started(1).succeeded(1));
	}

	@Test
	void failsTestThatLeavesALockHeldButNotTheNext() {
		Events events = run(Leaving.class);
		events.assertThatEvents()
			.haveExactly(1, EventConditions.event(EventConditions.test("first"),
					EventConditions.finishedWithFailure(TestExecutionResultConditions.instanceOf(AssertionError.class),
							TestExecutionResultConditions
								.message((text) -> text.startsWith("The test leaves 1 lock(s) held: 'left'")))))
			.haveExactly(1,
					EventConditions.event(EventConditions.test("second"), EventConditions.finishedSuccessfully()));
	}

	@Test
	void transactionOfATestMayKeepLocks() {
		run(InTransaction.class).assertStatistics((statistics) -> statistics.started(2).succeeded(2));
	}

	@Test
	void contextMayBeClosedAfterATest() {
		run(Dirty.class).assertStatistics((statistics) -> statistics.started(2).succeeded(2));
	}

	@Test
	void leavesOtherTestsAlone() {
		run(Other.class).assertStatistics((statistics) -> statistics.started(1).succeeded(1));
	}

	private static Events run(Class<?> type) {
		return EngineTestKit.engine("junit-jupiter")
			.selectors(DiscoverySelectors.selectClass(type))
			.execute()
			.testEvents();
	}

	@SpringBootTest(classes = Beans.class, properties = "distributed-lock.wait-time=0")
	@AutoConfigureTestLocks
	static class Application {

		@Autowired
		private Service service;

		@Autowired
		private TestLocks locks;

		@Test
		void heldElsewhere() {
			this.locks.holdElsewhere("service");
			assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(this.service::run);
		}

		@Test
		void locked() {
			assertThat(this.service.run()).isTrue();
			assertThat(this.locks.isHeld("service")).isFalse();
		}

		@Nested
		class Inside {

			@Test
			void locked() {
				assertThat(Application.this.service.run()).isTrue();
				Application.this.locks.holdElsewhere("service");
			}

		}

	}

	@SpringJUnitConfig(Service.class)
	@BootstrapWith(SpringBootTestContextBootstrapper.class)
	@AutoConfigureTestLocks
	static class Slice {

		@Test
		void locked(@Autowired Service service) {
			assertThat(service.run()).isTrue();
		}

	}

	@SpringBootTest(classes = Beans.class)
	@AutoConfigureTestLocks
	@TestMethodOrder(MethodOrderer.MethodName.class)
	static class Leaving {

		@Autowired
		private LockOperations locks;

		@Test
		void first() {
			this.locks.acquire(LockSpec.of("left"));
		}

		@Test
		void second() {
			this.locks.acquire(LockSpec.of("left").withWaitTime(Duration.ZERO)).close();
			this.locks.ensureNoneLost();
		}

	}

	@SpringBootTest(classes = Beans.class, properties = "distributed-lock.transaction.release-after-completion=true")
	@AutoConfigureTestLocks
	@Transactional
	static class InTransaction {

		@Autowired
		private TestLocks locks;

		@Test
		void first(@Autowired Service service) {
			service.run();
			assertThat(this.locks.isHeld("service")).isTrue();
		}

		@Test
		void second(@Autowired Service service) {
			first(service);
		}

	}

	@SpringBootTest(classes = Beans.class)
	@AutoConfigureTestLocks
	@DirtiesContext(classMode = ClassMode.AFTER_EACH_TEST_METHOD)
	static class Dirty {

		@Test
		void first(@Autowired Service service) {
			service.run();
		}

		@Test
		void second(@Autowired Service service) {
			service.run();
		}

	}

	@SpringBootTest(classes = Beans.class, properties = "distributed-lock.store=memory")
	static class Other {

		@Test
		void hasNoTestLocks(@Autowired LockOperations locks, @Autowired ObjectProvider<TestLocks> testLocks) {
			locks.acquire(LockSpec.of("left"));
			assertThat(testLocks.getIfAvailable()).isNull();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Service.class)
	static class Beans {

	}

	static class Service {

		private final TestLocks locks;

		Service(ObjectProvider<TestLocks> locks) {
			this.locks = locks.getIfAvailable();
		}

		/**
		 * Return whether the lock is held.
		 */
		@DistributedLock(name = "service")
		boolean run() {
			return this.locks.isHeld("service");
		}

	}

}
