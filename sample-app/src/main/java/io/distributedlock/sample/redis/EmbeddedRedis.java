package io.distributedlock.sample.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OS;

import org.springframework.util.FileSystemUtils;

/**
 * A real Redis server, started from an executable in the embedded-redis library. All its
 * files are in a temporary directory of its own.
 * <p>
 * The library's own {@code RedisServer} is of no use here: it stops in a JVM shutdown
 * hook, thus while the application still releases its locks. For the same reason the
 * server runs as a daemon: Ctrl-C in a terminal reaches all processes in the foreground,
 * and must reach the application only.
 */
final class EmbeddedRedis {

	private static final Log logger = LogFactory.getLog(EmbeddedRedis.class);

	private static final long START_TIMEOUT = Duration.ofSeconds(10).toNanos();

	private static final long POLL_INTERVAL = Duration.ofMillis(10).toNanos();

	private static final boolean CAN_BE_DAEMON = OS.detectOS() != OS.WINDOWS;

	private static final String LOG_FILE = "redis.log";

	private final RedisPort port;

	private final Path directory;

	private final Path executable;

	private final List<String> options;

	private EmbeddedRedis(RedisPort port, List<String> options) throws IOException {
		this.port = port;
		this.options = options;
		this.directory = Files.createTempDirectory("sample-app-redis-").toRealPath();
		this.executable = ExecutableProvider.newJarResourceProvider(this.directory.toFile()).get().toPath();
	}

	/**
	 * Start a server and wait until it answers.
	 * @param port where it is to listen
	 * @param options further options
	 * @return the server, or null if another Redis has taken the port first
	 * @throws UnusableRedisException if there is no Redis on that port now
	 */
	static @Nullable EmbeddedRedis start(RedisPort port, String... options) {
		try {
			EmbeddedRedis redis = new EmbeddedRedis(port, List.of(options));
			return redis.launch() ? redis : null;
		}
		catch (IOException ex) {
			throw UnusableRedisException.cannotStart(port, ex.toString(), ex);
		}
	}

	/**
	 * Launch the server. If it is not the one that answers in the end, nothing is left of
	 * it.
	 * @return whether it is the one that answers
	 */
	private boolean launch() throws IOException {
		boolean answers = false;
		try {
			Process process = new ProcessBuilder(command()).directory(this.directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(this.directory.resolve("output.log").toFile())
				.start();
			awaitAnswer(process);
			answers = this.port.isRedisIn(this.directory.toString());
		}
		finally {
			if (!answers) {
				cleanUp();
			}
		}
		return answers;
	}

	private List<String> command() {
		List<String> command = new ArrayList<>(List.of(this.executable.toString()));
		command.addAll(List.of("--bind", RedisPort.HOST, "--port", Integer.toString(this.port.number())));
		command.addAll(List.of("--save", "", "--appendonly", "no"));
		command.addAll(List.of("--dir", this.directory.toString(), "--logfile", LOG_FILE));
		command.addAll(this.options);
		if (CAN_BE_DAEMON) {
			command.addAll(List.of("--daemonize", "yes", "--pidfile", this.directory.resolve("redis.pid").toString()));
		}
		return command;
	}

	/**
	 * Wait until any Redis answers on the port. It may be another one, if that was
	 * faster.
	 */
	private void awaitAnswer(Process process) {
		long start = System.nanoTime();
		while (!isLaunched(process) || !this.port.hasRedis()) {
			if (System.nanoTime() - start > START_TIMEOUT) {
				throw UnusableRedisException.cannotStart(this.port, readLog(), null);
			}
			LockSupport.parkNanos(POLL_INTERVAL);
		}
	}

	/**
	 * Return whether the server is on its way: the process that was launched ends as soon
	 * as the daemon runs.
	 */
	private boolean isLaunched(Process process) {
		if (process.isAlive()) {
			return !CAN_BE_DAEMON;
		}
		if (process.exitValue() != 0 && (CAN_BE_DAEMON || !this.port.hasRedis())) {
			throw UnusableRedisException.cannotStart(this.port, readLog(), null);
		}
		return true;
	}

	private String readLog() {
		StringBuilder text = new StringBuilder();
		for (String file : List.of("output.log", LOG_FILE)) {
			try {
				text.append(Files.readString(this.directory.resolve(file)));
			}
			catch (IOException ex) {
				// Not written yet
			}
		}
		return text.isEmpty() ? "it does not answer." : text.toString();
	}

	/**
	 * Stop the server and wait until it has ended.
	 */
	void stop() {
		try {
			this.port.shutDownRedis();
			logger.info("Stopped the embedded Redis on %s".formatted(this.port));
		}
		catch (IOException ex) {
			logger.warn("The embedded Redis on %s does not stop, killing it: %s".formatted(this.port, ex));
		}
		cleanUp();
	}

	/**
	 * Kill what still runs of this server, and delete its files. A daemon is no child
	 * process, but its executable is that of no other process.
	 */
	private void cleanUp() {
		String path = this.executable.toString();
		ProcessHandle.allProcesses()
			.filter((process) -> process.info().command().filter(path::equals).isPresent())
			.forEach(ProcessHandle::destroyForcibly);
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			logger.warn("Files of the embedded Redis are left behind: %s".formatted(ex));
		}
	}

}
