package io.distributedlock.benchmarks.worker;

import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a worker to a task.
 *
 * @param result the result of the task, or null if it failed
 * @param failure why it failed, or null
 */
record Reply(@Nullable Serializable result, @Nullable String failure) implements Serializable {

	static Reply to(Task<?> task, Instance instance) {
		try {
			return new Reply(task.run(instance), null);
		}
		catch (Throwable ex) {
			StringWriter trace = new StringWriter();
			ex.printStackTrace(new PrintWriter(trace));
			return new Reply(null, trace.toString());
		}
	}

}
