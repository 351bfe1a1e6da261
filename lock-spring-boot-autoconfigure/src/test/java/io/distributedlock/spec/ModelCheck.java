package io.distributedlock.spec;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tlc2.TLC;

import org.springframework.util.FileSystemUtils;

/**
 * A run of the model checker TLC, in a JVM of its own, which leaves its output in
 * {@code target/tlc}.
 *
 * @param model what was checked
 * @param exitCode how it ended
 * @param output what it said
 */
record ModelCheck(Model model, int exitCode, String output) {

	private static final Pattern STATES = Pattern
		.compile("(?m)^\\d+ states generated, (\\d+) distinct states found, 0 states left on queue");

	private static final Pattern VIOLATED = Pattern.compile("Invariant (\\w+) is violated");

	private static final int HOLDS = 0;

	private static final int INVARIANT_VIOLATED = 12;

	private static final int PROPERTY_VIOLATED = 13;

	/**
	 * Check a model.
	 * @param workers how many threads to use
	 * @param timeout the longest time it may take
	 */
	static ModelCheck run(Model model, int workers, Duration timeout) throws IOException, InterruptedException {
		Path directory = Path.of("target", "tlc", model.toString().replaceAll("\\W+", "-")).toAbsolutePath();
		FileSystemUtils.deleteRecursively(directory);
		Files.createDirectories(directory);
		model.copyTo(directory);
		File output = directory.resolve("output.txt").toFile();
		Process process = new ProcessBuilder(command(model, workers, directory)).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output)
			.start();
		Thread killer = new Thread(process::destroyForcibly);
		Runtime.getRuntime().addShutdownHook(killer);
		try {
			if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
				throw new IllegalStateException("TLC did not end in %s, see %s".formatted(timeout, output));
			}
		}
		finally {
			process.destroyForcibly();
			Runtime.getRuntime().removeShutdownHook(killer);
			FileSystemUtils.deleteRecursively(directory.resolve("states"));
		}
		return new ModelCheck(model, process.exitValue(), Files.readString(output.toPath()));
	}

	private static List<String> command(Model model, int workers, Path directory) {
		// The JVM lives for seconds: better to compile quickly than well
		List<String> options = (workers == 1) ? List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
				: List.of("-XX:+UseParallelGC");
		return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), options.get(0),
				options.get(options.size() - 1), "-Djava.io.tmpdir=" + directory, "-cp", library(), TLC.class.getName(),
				"-nowarning", "-lncheck", "final", "-workers", Integer.toString(workers), "-metadir",
				directory.resolve("states").toString(), "-config", model.module() + ".cfg", model.module() + ".tla");
	}

	private static String library() {
		try {
			return Path.of(TLC.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	boolean holds() {
		return this.exitCode == HOLDS && this.output.contains("No error has been found");
	}

	/**
	 * Return whether a property is violated, which must be the only one that was checked
	 * if it is one of whole behaviours: TLC does not say which of them it is.
	 */
	boolean isViolated(String property) {
		if (this.exitCode == PROPERTY_VIOLATED) {
			return this.model.configuration().contains("PROPERTY " + property);
		}
		Matcher violated = VIOLATED.matcher(this.output);
		return this.exitCode == INVARIANT_VIOLATED && violated.find() && violated.group(1).equals(property);
	}

	/**
	 * Return how many states there are; 0 if not all were looked at.
	 */
	long states() {
		Matcher states = STATES.matcher(this.output);
		return states.find() ? Long.parseLong(states.group(1)) : 0;
	}

}
