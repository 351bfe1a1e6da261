package io.distributedlock.transaction;

import java.util.concurrent.CopyOnWriteArrayList;

import io.distributedlock.LockLostException;
import io.distributedlock.LockOperations;

import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Lets no transaction commit if its thread has lost a lock that it still relies on.
 * <p>
 * It is the last step before the commit, after everything that was registered with the
 * transaction, and it looks at the thread instead of the transaction: it does not matter
 * which of the two, the lock or the transaction, came first, or whether the transaction
 * is one of several. An exception of a listener at this point rolls the transaction back.
 */
final class CommitGuard implements TransactionExecutionListener {

	private final CopyOnWriteArrayList<LockOperations> locks = new CopyOnWriteArrayList<>();

	/**
	 * Take notice of locks, once.
	 */
	void add(LockOperations locks) {
		this.locks.addIfAbsent(locks);
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		for (LockOperations locks : this.locks) {
			try {
				locks.ensureNoneLost();
			}
			catch (LockLostException ex) {
				throw new LockLostException(ex.getKey(),
						"The transaction%s was rolled back instead of committed. ".formatted(describe(transaction))
								+ ex.getMessage());
			}
		}
	}

	private static String describe(TransactionExecution transaction) {
		String name = transaction.getTransactionName();
		return name.isEmpty() ? "" : " '" + name + "'";
	}

}
