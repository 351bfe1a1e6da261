package io.distributedlock.benchmarks.worker;

import java.io.Serializable;

/**
 * Something to do in a worker. Sent to it by Java serialization, as is the result.
 *
 * @param <R> the type of the result
 */
public interface Task<R extends Serializable> extends Serializable {

	/**
	 * Do it. Runs in the worker.
	 * @param instance what the worker keeps between tasks
	 * @return the result
	 * @throws Exception if it failed; the driver gets the message
	 */
	R run(Instance instance) throws Exception;

}
