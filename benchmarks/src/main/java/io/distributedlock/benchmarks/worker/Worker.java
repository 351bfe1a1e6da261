package io.distributedlock.benchmarks.worker;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A JVM of its own in which a contestant runs, as the driver sees it: a child process
 * that gets tasks on its standard input and answers on its standard output.
 */
public final class Worker implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofMinutes(5);

	private final Process process;

	private final ExecutorService thread = Executors.newSingleThreadExecutor();

	private final Future<Connection> connection;

	private Worker(Process process) {
		this.process = process;
		this.connection = this.thread.submit(() -> new Connection(process));
	}

	/**
	 * Start a worker. Does not wait for it.
	 * @param log the file for everything that it prints
	 * @return the worker, to be closed by the caller
	 * @throws IOException if it cannot be started
	 */
	public static Worker start(Path log) throws IOException {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		Process process = new ProcessBuilder(java, "-Xmx1g", "-cp", System.getProperty("java.class.path"),
				WorkerMain.class.getName())
			.redirectError(Redirect.appendTo(log.toFile()))
			.start();
		return new Worker(process);
	}

	/**
	 * Let the worker do something, after what it has been told before.
	 * @param <R> the type of the result
	 * @param task what to do
	 * @return the future result
	 */
	public <R extends Serializable> Future<R> submit(Task<R> task) {
		return this.thread.submit(() -> this.connection.get().call(task));
	}

	/**
	 * Let the worker do something and wait for the result.
	 * @param <R> the type of the result
	 * @param task what to do
	 * @return the result
	 * @throws WorkerException if the task failed or did not end in time
	 * @throws InterruptedException if interrupted
	 */
	public <R extends Serializable> R call(Task<R> task) throws InterruptedException {
		return await(submit(task));
	}

	/**
	 * Wait for the result of a task.
	 * @param <R> the type of the result
	 * @param pending the future result
	 * @return the result
	 * @throws WorkerException if the task failed or did not end in time
	 * @throws InterruptedException if interrupted
	 */
	public static <R extends Serializable> R await(Future<R> pending) throws InterruptedException {
		try {
			return pending.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw new WorkerException(String.valueOf(ex.getCause()), ex);
		}
		catch (TimeoutException ex) {
			throw new WorkerException("No answer within %s".formatted(TIMEOUT), ex);
		}
	}

	/**
	 * End the process, whatever it is doing, and wait until it has ended.
	 */
	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
		this.thread.shutdownNow();
	}

	/**
	 * The streams to and from the process.
	 */
	private static final class Connection {

		private final ObjectOutputStream tasks;

		private final ObjectInputStream replies;

		Connection(Process process) throws IOException {
			this.tasks = new ObjectOutputStream(new BufferedOutputStream(process.getOutputStream()));
			this.tasks.flush();
			this.replies = new ObjectInputStream(process.getInputStream());
		}

		@SuppressWarnings("unchecked")
		<R extends Serializable> R call(Task<R> task) throws IOException, ClassNotFoundException {
			this.tasks.writeObject(task);
			this.tasks.reset();
			this.tasks.flush();
			Reply reply = (Reply) this.replies.readObject();
			if (reply.result() == null) {
				throw new IOException(reply.failure());
			}
			return (R) reply.result();
		}

	}

}
