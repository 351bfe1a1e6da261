package io.distributedlock.testsupport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A process this JVM started: its output and its end. Whatever still runs when this JVM
 * shuts down is killed.
 */
final class ChildProcess implements AutoCloseable {

	private static final Duration GRACE_PERIOD = Duration.ofSeconds(5);

	private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

	private static volatile boolean shutDown;

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(ChildProcess::killAll, "child-process-shutdown"));
	}

	private final Process process;

	private final List<String> lines = new ArrayList<>();

	private int nextLine;

	private boolean outputEnded;

	private volatile boolean paused;

	private ChildProcess(Process process) {
		this.process = process;
	}

	static ChildProcess start(List<String> command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		RUNNING.add(process);
		if (shutDown) {
			process.destroyForcibly();
		}
		process.onExit().thenAccept(RUNNING::remove);
		ChildProcess child = new ChildProcess(process);
		Thread thread = new Thread(child::collectOutput, "child-process-output-" + process.pid());
		thread.setDaemon(true);
		thread.start();
		return child;
	}

	private static void killAll() {
		shutDown = true;
		RUNNING.forEach(Process::destroyForcibly);
		RUNNING.forEach((process) -> waitFor(process, GRACE_PERIOD));
	}

	long pid() {
		return this.process.pid();
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	List<String> lines() {
		synchronized (this.lines) {
			return List.copyOf(this.lines);
		}
	}

	String output() {
		return String.join(System.lineSeparator(), lines());
	}

	/**
	 * Wait for a line of output after the one the previous call returned.
	 */
	String awaitLine(Predicate<String> predicate, Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		synchronized (this.lines) {
			while (true) {
				while (this.nextLine < this.lines.size()) {
					String line = this.lines.get(this.nextLine++);
					if (predicate.test(line)) {
						return line;
					}
				}
				if (this.outputEnded || deadline - System.nanoTime() <= 0) {
					throw new IllegalStateException("Process %d %s the expected line; its output:%n%s".formatted(pid(),
							this.outputEnded ? "ended without" : "did not print in " + timeout, output()));
				}
				awaitOutput(deadline);
			}
		}
	}

	/**
	 * Return the whole output of a process that has ended.
	 */
	String finalOutput() {
		synchronized (this.lines) {
			long deadline = System.nanoTime() + GRACE_PERIOD.toNanos();
			while (!this.outputEnded && deadline - System.nanoTime() > 0) {
				awaitOutput(deadline);
			}
			return output();
		}
	}

	void send(String line) {
		try {
			this.process.getOutputStream().write((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	int awaitExit(Duration timeout) {
		if (!waitFor(this.process, timeout)) {
			throw new IllegalStateException(
					"Process %d did not end in %s; its output:%n%s".formatted(pid(), timeout, output()));
		}
		return this.process.exitValue();
	}

	/**
	 * Stop all threads of the process until {@link #resume()}.
	 */
	void pause() {
		signal("STOP");
		this.paused = true;
		Awaitility.await("Process " + pid() + " is stopped")
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.atMost(GRACE_PERIOD)
			.until(this::isStopped);
	}

	void resume() {
		signal("CONT");
		this.paused = false;
	}

	/**
	 * Ask the process to end, and do not wait for it.
	 */
	void terminate() {
		signal("TERM");
	}

	/**
	 * End the process without giving it a chance to clean up.
	 */
	void kill() {
		this.process.destroyForcibly();
		if (!waitFor(this.process, GRACE_PERIOD)) {
			throw new IllegalStateException("Process %d cannot be killed".formatted(pid()));
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		if (this.paused && isAlive()) {
			resume();
		}
		if (!waitFor(this.process, GRACE_PERIOD)) {
			kill();
		}
	}

	private void signal(String signal) {
		try {
			Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -%s %d".formatted(signal, pid())).start();
			if (!waitFor(kill, GRACE_PERIOD) || kill.exitValue() != 0) {
				kill.destroyForcibly();
				throw new IllegalStateException("Cannot send SIG%s to process %d".formatted(signal, pid()));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private boolean isStopped() throws IOException {
		Path tasks = Path.of("/proc", Long.toString(pid()), "task");
		if (!Files.isDirectory(tasks)) {
			return true;
		}
		try (Stream<Path> threads = Files.list(tasks)) {
			return threads.allMatch((thread) -> state(thread.resolve("stat")) == 'T');
		}
	}

	private static char state(Path stat) {
		try {
			String text = Files.readString(stat);
			return text.charAt(text.lastIndexOf(')') + 2);
		}
		catch (IOException ex) {
			return '?';
		}
	}

	private void collectOutput() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				synchronized (this.lines) {
					this.lines.add(line);
					this.lines.notifyAll();
				}
			}
		}
		catch (IOException ex) {
			// The stream is closed when the process is destroyed
		}
		finally {
			synchronized (this.lines) {
				this.outputEnded = true;
				this.lines.notifyAll();
			}
		}
	}

	private void awaitOutput(long deadline) {
		try {
			TimeUnit.NANOSECONDS.timedWait(this.lines, deadline - System.nanoTime());
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
	}

	private static boolean waitFor(Process process, Duration timeout) {
		try {
			return process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
	}

	private static IllegalStateException interrupted(InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new IllegalStateException("Interrupted while waiting for a child process", ex);
	}

}
