package io.distributedlock.benchmarks.worker;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/**
 * The main class of a worker: runs the tasks that come in on its standard input, one
 * after another, and ends when its driver does.
 */
public final class WorkerMain {

	private WorkerMain() {
	}

	/**
	 * Run until the standard input ends.
	 * @param args none
	 * @throws Exception if the driver cannot be understood
	 */
	public static void main(String[] args) throws Exception {
		OutputStream toDriver = new BufferedOutputStream(System.out);
		// Whatever libraries print must not get among the replies
		System.setOut(System.err);
		try (ObjectOutputStream replies = new ObjectOutputStream(toDriver)) {
			replies.flush();
			serve(new ObjectInputStream(System.in), replies);
		}
		// Libraries may have left threads behind
		System.exit(0);
	}

	private static void serve(ObjectInputStream tasks, ObjectOutputStream replies)
			throws IOException, ClassNotFoundException {
		Instance instance = new Instance();
		try {
			while (true) {
				Task<?> task = (Task<?>) tasks.readObject();
				replies.writeObject(Reply.to(task, instance));
				replies.reset();
				replies.flush();
			}
		}
		catch (EOFException ex) {
			// The driver has no more tasks
		}
	}

}
