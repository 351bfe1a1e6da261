package io.distributedlock.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A second JVM with the class path of the test. Its main class should end when its
 * standard input does, so that it cannot outlive a test JVM which was killed.
 */
public final class JavaProcess implements AutoCloseable {

	private final ChildProcess process;

	private JavaProcess(ChildProcess process) {
		this.process = process;
	}

	/**
	 * Start a JVM.
	 * @param mainClass the class to run
	 * @param arguments its arguments
	 * @return the running process, to be closed by the caller
	 */
	public static JavaProcess start(Class<?> mainClass, String... arguments) {
		return start(List.of(), mainClass, arguments);
	}

	/**
	 * Start a JVM with options.
	 * @param jvmOptions options of the JVM, for example {@code -Dname=value}
	 * @param mainClass the class to run
	 * @param arguments its arguments
	 * @return the running process, to be closed by the caller
	 */
	public static JavaProcess start(List<String> jvmOptions, Class<?> mainClass, String... arguments) {
		return start(jvmOptions, System.getProperty("java.class.path"), mainClass, arguments);
	}

	/**
	 * Start a JVM in which some libraries are missing.
	 * @param missing what the names of their files begin with
	 * @param mainClass the class to run
	 * @param arguments its arguments
	 * @return the running process, to be closed by the caller
	 */
	public static JavaProcess startWithout(List<String> missing, Class<?> mainClass, String... arguments) {
		String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> missing.stream().noneMatch(Path.of(entry).getFileName().toString()::startsWith))
			.collect(Collectors.joining(File.pathSeparator));
		return start(List.of(), classPath, mainClass, arguments);
	}

	private static JavaProcess start(List<String> jvmOptions, String classPath, Class<?> mainClass,
			String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
		command.addAll(jvmOptions);
		command.addAll(List.of("-cp", classPath, mainClass.getName()));
		command.addAll(List.of(arguments));
		try {
			return new JavaProcess(ChildProcess.start(command));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public long pid() {
		return this.process.pid();
	}

	public boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Return what the process has written so far, errors included.
	 * @return the lines
	 */
	public List<String> lines() {
		return this.process.lines();
	}

	/**
	 * Wait for a line of output, beginning after the line the previous call returned.
	 * @param predicate tells the line
	 * @param timeout the longest time to wait
	 * @return the line
	 * @throws IllegalStateException if the line does not come in time or the process ends
	 */
	public String awaitLine(Predicate<String> predicate, Duration timeout) {
		return this.process.awaitLine(predicate, timeout);
	}

	/**
	 * Write a line to the standard input of the process.
	 * @param line the line
	 */
	public void send(String line) {
		this.process.send(line);
	}

	/**
	 * Wait until the process ends.
	 * @param timeout the longest time to wait
	 * @return the exit code
	 * @throws IllegalStateException if it does not end in time
	 */
	public int awaitExit(Duration timeout) {
		return this.process.awaitExit(timeout);
	}

	/**
	 * Stop all threads with SIGSTOP, like a very long garbage collection.
	 */
	public void pause() {
		this.process.pause();
	}

	/**
	 * Let a paused process go on.
	 */
	public void resume() {
		this.process.resume();
	}

	/**
	 * Ask the process to end with SIGTERM, and do not wait for it.
	 */
	public void terminate() {
		this.process.terminate();
	}

	/**
	 * End the process with SIGKILL.
	 */
	public void kill() {
		this.process.kill();
	}

	/**
	 * Ask the process to end with SIGTERM, and kill it if it does not within seconds.
	 */
	@Override
	public void close() {
		this.process.close();
	}

}
