package io.distributedlock.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.distributedlock.testsupport.JavaProcess;

/**
 * A {@link ChaosClient} seen from the JVM of the test.
 */
final class ClientProcess implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(120);

	private final String name;

	private final Path history;

	private final JavaProcess process;

	ClientProcess(String name, Path directory, long seed, int threads, List<String> properties) {
		this.name = name;
		this.history = directory.resolve(name + ".txt");
		List<String> arguments = new ArrayList<>(
				List.of(name, this.history.toString(), Long.toString(seed), Integer.toString(threads)));
		arguments.addAll(properties);
		this.process = JavaProcess.start(List.of("-Xmx512m"), ChaosClient.class, arguments.toArray(String[]::new));
	}

	String name() {
		return this.name;
	}

	Path history() {
		return this.history;
	}

	void awaitReady() {
		this.process.awaitLine("ready"::equals, TIMEOUT);
	}

	/**
	 * Return whether the JVM has the clock of this one.
	 */
	boolean sharesClock() {
		long before = System.nanoTime();
		long there = ask("clock")[0];
		return there - before >= 0 && System.nanoTime() - there >= 0;
	}

	long usedHeap() {
		return ask("heap")[0];
	}

	/**
	 * Let the threads begin, as soon as the client is ready.
	 */
	void start() {
		this.process.send("start");
	}

	/**
	 * Let the threads come to their ends.
	 * @return how many locks are held and how many are waited for then
	 */
	long[] stop() {
		this.process.send("stop");
		return answer("stopped");
	}

	/**
	 * Acquire and release each of the common locks.
	 */
	void probe() {
		this.process.send("probe");
		answer("probed");
	}

	/**
	 * Acquire locks and hold them until they are {@linkplain #release() released}.
	 */
	void hold(int count) {
		this.process.send("hold " + count);
		answer("hold");
	}

	/**
	 * Return how many of the locks that it was to hold are held, and how many were lost.
	 */
	long[] countHeld() {
		return ask("count");
	}

	/**
	 * Release the locks that it was to hold.
	 */
	void release() {
		ask("release");
	}

	void pause() {
		this.process.pause();
	}

	void resume() {
		this.process.resume();
	}

	void kill() {
		this.process.kill();
	}

	@Override
	public void close() {
		this.process.kill();
	}

	private long[] ask(String question) {
		this.process.send(question);
		return answer(question);
	}

	private long[] answer(String begin) {
		String[] words = this.process.awaitLine((line) -> line.startsWith(begin), TIMEOUT).split(" ");
		long[] numbers = new long[words.length - 1];
		for (int i = 0; i < numbers.length; i++) {
			numbers[i] = Long.parseLong(words[i + 1]);
		}
		return numbers;
	}

}
