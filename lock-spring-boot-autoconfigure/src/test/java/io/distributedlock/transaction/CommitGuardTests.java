package io.distributedlock.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.memory.MemoryLockStore;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link CommitGuard} with transactions of a database.
 */
class CommitGuardTests {

	private final LockTemplate locks = new LockTemplate(new MemoryLockStore(), LockSettings.defaults());

	private final DataSourceTransactionManager transactionManager = new DataSourceTransactionManager(
			new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1"));

	private final JdbcTemplate database = new JdbcTemplate(this.transactionManager.getDataSource());

	private final LockSpec hard = LockSpec.of("hard").withTtl(Duration.ofMillis(100)).withRenew(false);

	@BeforeEach
	void setUp() {
		CommitGuardPostProcessor guard = new CommitGuardPostProcessor();
		guard.postProcessBeforeInitialization(this.locks, "locks");
		guard.postProcessBeforeInitialization(this.transactionManager, "transactionManager");
		this.database.execute("create table entry (text varchar)");
	}

	@AfterEach
	void tearDown() {
		this.locks.stop();
		this.database.execute("shutdown");
	}

	@Test
	void transactionWithoutALockIsCommitted() {
		transaction().executeWithoutResult((status) -> write("a"));
		assertThat(entries()).containsExactly("a");
	}

	@Test
	void transactionInsideAHeldLockIsCommitted() {
		this.locks.execute(LockSpec.of("key"), (lease) -> {
			transaction().executeWithoutResult((status) -> write("a"));
			return null;
		});
		assertThat(entries()).containsExactly("a");
	}

	@Test
	void transactionInsideALostLockIsRolledBack() {
		try (LockLease lease = this.locks.acquire(this.hard)) {
			assertRolledBack(() -> transaction("payment").executeWithoutResult((status) -> {
				write("a");
				awaitLost(lease);
			}), "The transaction 'payment' was rolled back instead of committed. Lock 'hard' is not held any more");
		}
		assertThat(entries()).isEmpty();
	}

	@Test
	void transactionThatBeganAfterTheLockWasLostIsRolledBack() {
		try (LockLease lease = this.locks.acquire(this.hard)) {
			awaitLost(lease);
			assertRolledBack(() -> transaction().executeWithoutResult((status) -> write("a")),
					"The transaction was rolled back instead of committed. ");
		}
		assertThat(entries()).isEmpty();
	}

	@Test
	void transactionOutsideALostLockThatIsNotReleasedIsRolledBack() {
		List<LockLease> leases = new ArrayList<>();
		assertRolledBack(() -> transaction().executeWithoutResult((status) -> {
			leases.add(this.locks.acquire(this.hard));
			write("a");
			awaitLost(leases.get(0));
		}), "'hard'");
		leases.forEach(LockLease::release);
		assertThat(entries()).isEmpty();
	}

	@Test
	void oneLostLockOfSeveralIsEnough() {
		try (LockLease outer = this.locks.acquire(LockSpec.of("outer"));
				LockLease lease = this.locks.acquire(this.hard);
				LockLease inner = this.locks.acquire(LockSpec.of("inner"))) {
			awaitLost(lease);
			assertRolledBack(() -> transaction().executeWithoutResult((status) -> write("a")), "'hard'");
			assertThat(outer.isHeld() && inner.isHeld()).isTrue();
		}
		assertThat(entries()).isEmpty();
	}

	@Test
	void newTransactionInsideALostLockIsRolledBackAndTheOneAroundTheLockIsNot() {
		transaction().executeWithoutResult((status) -> {
			write("outer");
			try (LockLease lease = this.locks.acquire(this.hard)) {
				assertRolledBack(() -> transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW)
					.executeWithoutResult((own) -> {
						write("inner");
						awaitLost(lease);
					}), "'hard'");
			}
		});
		assertThat(entries()).containsExactly("outer");
	}

	@Test
	void newTransactionCommittedBeforeTheLossStays() {
		try (LockLease lease = this.locks.acquire(this.hard)) {
			assertRolledBack(() -> transaction().executeWithoutResult((status) -> {
				write("outer");
				transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW)
					.executeWithoutResult((own) -> write("inner"));
				awaitLost(lease);
			}), "'hard'");
		}
		assertThat(entries()).containsExactly("inner");
	}

	@Test
	void nestedTransactionInsideALostLockRollsBackAllOfIt() {
		assertThatExceptionOfType(UnexpectedRollbackException.class)
			.isThrownBy(() -> transaction().executeWithoutResult((status) -> {
				write("outer");
				try (LockLease lease = this.locks.acquire(this.hard)) {
					assertRolledBack(() -> transaction(TransactionDefinition.PROPAGATION_NESTED)
						.executeWithoutResult((nested) -> {
							write("nested");
							awaitLost(lease);
						}), "'hard'");
				}
			}));
		assertThat(entries()).isEmpty();
	}

	@Test
	void participatingTransactionIsGuardedWhereItIsCommitted() {
		try (LockLease lease = this.locks.acquire(this.hard)) {
			assertRolledBack(() -> transaction().executeWithoutResult((status) -> {
				awaitLost(lease);
				transaction().executeWithoutResult((participating) -> write("a"));
				assertThat(entries()).containsExactly("a");
			}), "'hard'");
		}
		assertThat(entries()).isEmpty();
	}

	@Test
	void readOnlyTransactionIsGuardedBecauseThatIsAHintOnly() {
		TransactionTemplate readOnly = transaction();
		readOnly.setReadOnly(true);
		try (LockLease lease = this.locks.acquire(this.hard)) {
			assertRolledBack(() -> readOnly.executeWithoutResult((status) -> {
				write("a");
				awaitLost(lease);
			}), "'hard'");
		}
		assertThat(entries()).isEmpty();
	}

	@Test
	void lossDuringTheLastStepsBeforeTheCommitIsNoticed() {
		List<Integer> completions = new ArrayList<>();
		try (LockLease lease = this.locks.acquire(this.hard)) {
			assertRolledBack(() -> transaction().executeWithoutResult((status) -> {
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						write("a");
					}

					@Override
					public void beforeCompletion() {
						awaitLost(lease);
					}

					@Override
					public void afterCompletion(int completion) {
						completions.add(completion);
					}

				});
			}), "'hard'");
		}
		assertThat(completions).containsExactly(TransactionSynchronization.STATUS_ROLLED_BACK);
		assertThat(entries()).isEmpty();
	}

	@Test
	void transactionsWithoutSynchronizationAreGuarded() {
		this.transactionManager.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
		try (LockLease lease = this.locks.acquire(this.hard)) {
			assertRolledBack(() -> transaction().executeWithoutResult((status) -> {
				write("a");
				awaitLost(lease);
			}), "'hard'");
		}
		assertThat(entries()).isEmpty();
	}

	@Test
	void exceptionOfTheBodyIsNotReplaced() {
		try (LockLease lease = this.locks.acquire(this.hard)) {
			assertThatIllegalStateException().isThrownBy(() -> transaction().executeWithoutResult((status) -> {
				awaitLost(lease);
				throw new IllegalStateException("body");
			})).withMessage("body");
		}
	}

	@Test
	void rollbackIsNotDisturbed() {
		try (LockLease lease = this.locks.acquire(this.hard)) {
			transaction().executeWithoutResult((status) -> {
				write("a");
				awaitLost(lease);
				status.setRollbackOnly();
			});
		}
		assertThat(entries()).isEmpty();
	}

	@Test
	void lockLostByAnotherThreadDoesNotMatter() {
		CompletableFuture<LockLease> other = CompletableFuture.supplyAsync(() -> this.locks.acquire(this.hard));
		awaitLost(other.join());
		transaction().executeWithoutResult((status) -> write("a"));
		assertThat(entries()).containsExactly("a");
		other.join().release();
	}

	@Test
	void releasedLockDoesNotMatter() {
		LockLease lease = this.locks.acquire(this.hard);
		awaitLost(lease);
		lease.release();
		transaction().executeWithoutResult((status) -> write("a"));
		assertThat(entries()).containsExactly("a");
	}

	@Test
	void lockThatShutdownHasReleasedIsLost() {
		try (LockLease lease = this.locks.acquire(LockSpec.of("key"))) {
			assertRolledBack(() -> transaction().executeWithoutResult((status) -> {
				write("a");
				this.locks.stop();
			}), "'key'");
			assertThat(lease.isHeld()).isFalse();
		}
		assertThat(entries()).isEmpty();
	}

	private TransactionTemplate transaction() {
		return new TransactionTemplate(this.transactionManager);
	}

	private TransactionTemplate transaction(int propagation) {
		return new TransactionTemplate(this.transactionManager, new DefaultTransactionDefinition(propagation));
	}

	private TransactionTemplate transaction(String name) {
		TransactionTemplate transaction = transaction();
		transaction.setName(name);
		return transaction;
	}

	private void write(String text) {
		this.database.update("insert into entry values (?)", text);
	}

	private List<String> entries() {
		return this.database.queryForList("select text from entry order by text", String.class);
	}

	private static void awaitLost(LockLease lease) {
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !lease.isHeld());
	}

	private static void assertRolledBack(ThrowingCallable transaction, String message) {
		assertThatExceptionOfType(LockLostException.class).isThrownBy(transaction).withMessageContaining(message);
	}

}
