package io.distributedlock.autoconfigure;

/**
 * The application is configured in a way that leaves no store for its locks.
 */
final class NoLockStoreException extends RuntimeException {

	private final String problem;

	private final String action;

	/**
	 * Create the exception.
	 * @param problem what is wrong
	 * @param action what to change, an imperative sentence
	 */
	NoLockStoreException(String problem, String action) {
		super(problem + " " + action);
		this.problem = problem;
		this.action = action;
	}

	String getProblem() {
		return this.problem;
	}

	String getAction() {
		return this.action;
	}

}
