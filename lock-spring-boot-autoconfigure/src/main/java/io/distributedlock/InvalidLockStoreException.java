package io.distributedlock;

/**
 * The store of the locks is set up in a way in which it cannot keep them safe, so that
 * the application must not start.
 *
 * @since 1.0
 */
public class InvalidLockStoreException extends LockStoreException {

	private final String problem;

	private final String action;

	/**
	 * Create an exception.
	 * @param problem what is wrong
	 * @param action what to change, an imperative sentence
	 */
	public InvalidLockStoreException(String problem, String action) {
		super(problem + " " + action, null);
		this.problem = problem;
		this.action = action;
	}

	/**
	 * Return what is wrong.
	 * @return the problem
	 */
	public String getProblem() {
		return this.problem;
	}

	/**
	 * Return what to change.
	 * @return an imperative sentence
	 */
	public String getAction() {
		return this.action;
	}

}
