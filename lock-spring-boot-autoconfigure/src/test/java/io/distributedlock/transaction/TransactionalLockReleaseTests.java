package io.distributedlock.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TransactionalLockRelease} with transactions of a database.
 */
@ExtendWith(OutputCaptureExtension.class)
class TransactionalLockReleaseTests {

	private static final String WARNING = "was released before the transaction around it commits";

	private final ApplicationContextRunner warningRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(DistributedLockAutoConfiguration.class, DataSourceAutoConfiguration.class,
						DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory")
		.withBean(Locked.class);

	private final ApplicationContextRunner keepingRunner = this.warningRunner
		.withPropertyValues("distributed-lock.transaction.release-after-completion=true");

	private final List<String> events = new ArrayList<>();

	@Test
	void warnsOncePerMethodOfALockThatIsReleasedBeforeTheCommit(CapturedOutput output) {
		run(this.warningRunner, (locked, transaction) -> {
			transaction.setName("checkout");
			transaction.executeWithoutResult((status) -> locked.plain());
			assertThat(output.getOut()).containsOnlyOnce(WARNING)
				.contains("Lock 'plain' was released", "Locked.plain()", "inside the transaction 'checkout'",
						"'distributed-lock.transaction.release-after-completion'");
			transaction.executeWithoutResult((status) -> locked.plain());
			assertThat(output.getOut()).containsOnlyOnce(WARNING);
			transaction.executeWithoutResult((status) -> locked.transactional());
			assertThat(output.getOut()).contains("Lock 'transactional' was released");
		});
	}

	@Test
	void doesNotWarnOfTransactionsInsideTheLock(CapturedOutput output) {
		run(this.warningRunner, (locked, transaction) -> {
			locked.transactional();
			locked.plain();
			transaction.executeWithoutResult((status) -> {
				locked.requiresNew();
				locked.notSupported();
			});
		});
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void doesNotWarnOfTransactionsThatChangeNothing(CapturedOutput output) {
		run(this.warningRunner, (locked, transaction) -> {
			transaction.executeWithoutResult((status) -> {
				locked.plain();
				status.setRollbackOnly();
			});
			transaction.setReadOnly(true);
			transaction.executeWithoutResult((status) -> locked.plain());
		});
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void doesNotWarnOfLocksTakenAfterTheCommit(CapturedOutput output) {
		run(this.warningRunner, (locked, transaction) -> {
			transaction.executeWithoutResult((status) -> TransactionSynchronizationManager
				.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						locked.plain();
					}

					@Override
					public void afterCompletion(int completion) {
						locked.plain();
					}

				}));
			assertThat(locked.isFree("plain")).isTrue();
			assertThat(this.events).containsExactly("plain", "plain");
		});
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void doesNotWarnIfTheLockIsHeldAroundTheTransactionToo(CapturedOutput output) {
		run(this.warningRunner, (locked, transaction) -> locked.locks().execute(LockSpec.of("plain"), (lease) -> {
			transaction.executeWithoutResult((status) -> locked.plain());
			return null;
		}));
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void releasesBeforeTheCommitByDefault() {
		run(this.warningRunner, (locked, transaction) -> transaction.executeWithoutResult((status) -> {
			locked.plain();
			assertThat(locked.isFree("plain")).isTrue();
		}));
	}

	@Test
	void keepsTheLockUntilTheTransactionAroundItIsCommitted(CapturedOutput output) {
		run(this.keepingRunner, (locked, transaction) -> {
			transaction.executeWithoutResult((status) -> {
				locked.plain();
				locked.transactional();
				assertThat(locked.isFree("plain")).isFalse();
				recordAfterCommit(() -> locked.isFree("plain"));
			});
			assertThat(this.events).containsExactly("plain", "transactional", "committed, lock free: false");
			assertThat(locked.isFree("plain")).isTrue();
			assertThat(locked.isFree("transactional")).isTrue();
		});
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void keepsTheLockUntilTheTransactionAroundItIsRolledBack() {
		run(this.keepingRunner, (locked, transaction) -> {
			assertThatIllegalStateException()
				.isThrownBy(() -> transaction.executeWithoutResult((status) -> locked.fail()))
				.withMessage("body");
			assertThat(locked.isFree("fail")).isTrue();
			transaction.executeWithoutResult((status) -> {
				assertThatIllegalStateException().isThrownBy(locked::fail);
				assertThat(locked.isFree("fail")).isFalse();
				status.setRollbackOnly();
			});
			assertThat(locked.isFree("fail")).isTrue();
		});
	}

	@Test
	void keepsAllHoldsOfALock() {
		run(this.keepingRunner, (locked, transaction) -> {
			transaction.executeWithoutResult((status) -> {
				locked.plain();
				locked.plain();
				assertThat(locked.isFree("plain")).isFalse();
			});
			assertThat(locked.isFree("plain")).isTrue();
		});
	}

	@Test
	void doesNotKeepTheLockOfAMethodWithATransactionOfItsOwn() {
		run(this.keepingRunner, (locked, transaction) -> transaction.executeWithoutResult((status) -> {
			locked.requiresNew();
			assertThat(locked.isFree("requires-new")).isTrue();
			locked.notSupported();
			assertThat(locked.isFree("not-supported")).isTrue();
		}));
	}

	@Test
	void doesNotKeepTheLockWithoutATransaction() {
		run(this.keepingRunner, (locked, transaction) -> {
			locked.plain();
			assertThat(locked.isFree("plain")).isTrue();
			locked.transactional();
			assertThat(locked.isFree("transactional")).isTrue();
		});
	}

	@Test
	void keepsTheLockUntilTheRightOneOfSeveralTransactionsHasCompleted() {
		run(this.keepingRunner, (locked, transaction) -> transaction.executeWithoutResult((outer) -> {
			transaction.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
			transaction.executeWithoutResult((inner) -> locked.plain());
			assertThat(locked.isFree("plain")).isTrue();
			locked.plain();
			transaction.executeWithoutResult((inner) -> assertThat(locked.isFree("plain")).isFalse());
			assertThat(locked.isFree("plain")).isFalse();
		}));
	}

	private void run(ApplicationContextRunner runner, Scenario scenario) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			Locked locked = context.getBean(Locked.class);
			locked.record(this.events::add);
			scenario.run(locked, new TransactionTemplate(context.getBean(PlatformTransactionManager.class)));
		});
	}

	private void recordAfterCommit(BooleanSupplier free) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				TransactionalLockReleaseTests.this.events.add("committed, lock free: " + free.getAsBoolean());
			}

		});
	}

	private interface Scenario {

		void run(Locked locked, TransactionTemplate transaction);

	}

	static class Locked {

		private final LockOperations locks;

		private Consumer<String> recorder = (event) -> {
		};

		Locked(LockOperations locks) {
			this.locks = locks;
		}

		LockOperations locks() {
			return this.locks;
		}

		void record(Consumer<String> recorder) {
			this.recorder = recorder;
		}

		@DistributedLock(name = "plain")
		void plain() {
			this.recorder.accept("plain");
		}

		@DistributedLock(name = "transactional")
		@Transactional
		void transactional() {
			this.recorder.accept("transactional");
		}

		@DistributedLock(name = "requires-new")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		void requiresNew() {
			this.recorder.accept("requires new");
		}

		@DistributedLock(name = "not-supported")
		@Transactional(propagation = Propagation.NOT_SUPPORTED)
		void notSupported() {
			this.recorder.accept("not supported");
		}

		@DistributedLock(name = "fail")
		void fail() {
			throw new IllegalStateException("body");
		}

		boolean isFree(String key) {
			LockSpec spec = LockSpec.of(key).withWaitTime(Duration.ZERO);
			return CompletableFuture.supplyAsync(() -> this.locks.tryAcquire(spec)).join().map((lease) -> {
				lease.release();
				return true;
			}).orElse(false);
		}

	}

}
