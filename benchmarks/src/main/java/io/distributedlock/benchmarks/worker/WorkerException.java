package io.distributedlock.benchmarks.worker;

/**
 * A task failed in its worker.
 */
public final class WorkerException extends RuntimeException {

	/**
	 * Create an exception.
	 * @param message why it failed
	 * @param cause the cause
	 */
	public WorkerException(String message, Throwable cause) {
		super(message, cause);
	}

}
