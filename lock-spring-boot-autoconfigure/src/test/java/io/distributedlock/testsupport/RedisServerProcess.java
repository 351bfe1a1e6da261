package io.distributedlock.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * A {@code redis-server} of its own on the loopback interface, without persistence, as a
 * child process which can be paused, killed and restarted. The executable is the one the
 * system property {@code redis.server} names, or else Redis 6.2 from embedded-redis.
 */
public final class RedisServerProcess implements RedisEndpoint, AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

	private static final int START_ATTEMPTS = 5;

	private final String binary;

	private final int port;

	private final List<String> extraArguments;

	private final Path directory;

	private volatile ChildProcess process;

	private RedisServerProcess(String binary, int port, List<String> extraArguments) throws IOException {
		this.binary = binary;
		this.port = port;
		this.extraArguments = extraArguments;
		this.directory = Files.createTempDirectory("redis-server-");
		this.directory.toFile().deleteOnExit();
		try {
			this.process = launch();
		}
		catch (RuntimeException ex) {
			FileSystemUtils.deleteRecursively(this.directory);
			throw ex;
		}
	}

	/**
	 * Start a server on a free port and wait until it answers.
	 * @param extraArguments further options, for example
	 * {@code "--requirepass", "secret"}; a configuration file may come first
	 * @return the running server, to be closed by the caller
	 */
	public static RedisServerProcess start(String... extraArguments) {
		return startBinary(RedisBinary.locate(), extraArguments);
	}

	static RedisServerProcess startBinary(String binary, String... extraArguments) {
		return start(binary, FreePorts::next, extraArguments);
	}

	static RedisServerProcess startClusterNode(String... extraArguments) {
		return start(RedisBinary.locate(), FreePorts::nextWithClusterBus, extraArguments);
	}

	private static RedisServerProcess start(String binary, IntSupplier ports, String... extraArguments) {
		for (int attempt = 1;; attempt++) {
			try {
				return new RedisServerProcess(binary, ports.getAsInt(), List.of(extraArguments));
			}
			catch (PortInUseException ex) {
				if (attempt == START_ATTEMPTS) {
					throw ex;
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	@Override
	public String host() {
		return LOOPBACK;
	}

	@Override
	public int port() {
		return this.port;
	}

	public long pid() {
		return this.process.pid();
	}

	public boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Return what the server has logged since its last start.
	 * @return the lines
	 */
	public List<String> log() {
		return this.process.lines();
	}

	/**
	 * Freeze the server with SIGSTOP: connections are accepted and nothing is answered.
	 */
	public void pause() {
		this.process.pause();
	}

	/**
	 * Let a paused server go on; it answers what it received in the meantime.
	 */
	public void resume() {
		this.process.resume();
	}

	/**
	 * End the server with SIGKILL.
	 */
	public void kill() {
		this.process.kill();
	}

	/**
	 * Start the server again on the same port, empty; kill it first if it runs.
	 */
	public void restart() {
		kill();
		this.process = launch();
	}

	/**
	 * Remove all keys.
	 */
	public void flushAll() {
		cli("FLUSHALL");
	}

	/**
	 * Return the number of keys in database 0.
	 * @return the number of keys
	 */
	public long dbSize() {
		return (Long) Objects.requireNonNull(cli("DBSIZE"));
	}

	/**
	 * Return how often each command ran since the start or {@link #resetStats()},
	 * commands within scripts and those of {@link #cli} included.
	 * @return calls by lower-case command; a sub-command follows a {@code |} from Redis 7
	 */
	public Map<String, Long> commandCalls() {
		Map<String, Long> calls = new LinkedHashMap<>();
		info("commandstats").forEach((key, value) -> calls.put(key.substring("cmdstat_".length()),
				Long.valueOf(value.substring("calls=".length(), value.indexOf(',')))));
		return calls;
	}

	/**
	 * Start counting from zero for {@link #commandCalls()}.
	 */
	public void resetStats() {
		cli("CONFIG", "RESETSTAT");
	}

	/**
	 * Return a section of {@code INFO}.
	 * @param section the name of the section
	 * @return the values by key
	 */
	public Map<String, String> info(String section) {
		Map<String, String> info = new LinkedHashMap<>();
		String.valueOf(cli("INFO", section)).lines().filter((line) -> line.contains(":")).forEach((line) -> {
			int colon = line.indexOf(':');
			info.put(line.substring(0, colon), line.substring(colon + 1));
		});
		return info;
	}

	/**
	 * Run one command on a connection of its own, with the password of
	 * {@code --requirepass} if there is one.
	 */
	@Override
	public @Nullable Object cli(String... command) {
		try (RespClient client = new RespClient(this)) {
			int password = this.extraArguments.indexOf("--requirepass") + 1;
			if (password > 0) {
				client.call("AUTH", this.extraArguments.get(password));
			}
			return client.call(command);
		}
	}

	@Override
	public void close() {
		this.process.close();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	Path directory() {
		return this.directory;
	}

	private ChildProcess launch() {
		List<String> command = new ArrayList<>(this.extraArguments);
		boolean hasFile = !command.isEmpty() && !command.get(0).startsWith("--");
		command.addAll(hasFile ? 1 : 0, List.of("--port", Integer.toString(this.port), "--bind", host(), "--save", "",
				"--appendonly", "no", "--dir", this.directory.toString()));
		command.add(0, this.binary);
		ChildProcess child = run(command);
		try {
			Awaitility.await()
				.pollInSameThread()
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(2))
				.atMost(START_TIMEOUT)
				.until(() -> !child.isAlive() || answers(child));
			if (child.isAlive()) {
				return child;
			}
		}
		catch (ConditionTimeoutException ex) {
			child.kill();
		}
		catch (RuntimeException ex) {
			child.kill();
			throw ex;
		}
		String output = child.finalOutput();
		if (output.contains("Address already in use")) {
			throw new PortInUseException("Port %d is in use".formatted(this.port));
		}
		throw new IllegalStateException(
				"The Redis server '%s' did not start; its output:%n%s".formatted(this.binary, output));
	}

	private ChildProcess run(List<String> command) {
		try {
			return ChildProcess.start(command);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot run the Redis server '%s'; name another one with -D%s=/path"
				.formatted(this.binary, RedisBinary.PROPERTY), ex);
		}
	}

	private boolean answers(ChildProcess child) {
		try {
			return ("" + cli("INFO", "server")).contains("process_id:" + child.pid());
		}
		catch (RespException ex) {
			return !String.valueOf(ex.getMessage()).startsWith("LOADING");
		}
		catch (UncheckedIOException ex) {
			return false;
		}
	}

	/**
	 * Another process was quicker to listen on the port.
	 */
	private static final class PortInUseException extends IllegalStateException {

		PortInUseException(String message) {
			super(message);
		}

	}

}
