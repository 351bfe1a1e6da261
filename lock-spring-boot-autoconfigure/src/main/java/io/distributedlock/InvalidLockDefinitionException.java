package io.distributedlock;

import org.jspecify.annotations.Nullable;

/**
 * A {@link DistributedLock @DistributedLock} that cannot work as written. Thrown when the
 * bean is created, so that the application does not start with it.
 *
 * @since 1.0
 */
public class InvalidLockDefinitionException extends LockException {

	private final String location;

	private final String problem;

	private final String action;

	/**
	 * Create the exception.
	 * @param location the annotated class or method
	 * @param problem what is wrong, naming the attribute and its value
	 * @param action what to change, an imperative sentence
	 * @param cause the underlying error, or null
	 */
	public InvalidLockDefinitionException(String location, String problem, String action, @Nullable Throwable cause) {
		super("Invalid @DistributedLock on %s: %s %s".formatted(location, problem, action), cause);
		this.location = location;
		this.problem = problem;
		this.action = action;
	}

	/**
	 * Return where the annotation stands.
	 * @return the annotated class or method
	 */
	public String getLocation() {
		return this.location;
	}

	/**
	 * Return what is wrong.
	 * @return the problem, naming the attribute and its value
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
