package io.distributedlock.benchmarks.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

import org.springframework.util.FileSystemUtils;

/**
 * A Redis server without persistence on a free port of the loopback interface, for the
 * time of a run, and the driver's connection to it.
 */
public final class RedisServer implements AutoCloseable {

	private static final String HOST = "127.0.0.1";

	private static final long START_TIMEOUT = Duration.ofSeconds(10).toNanos();

	private final Path directory;

	private final Path command;

	private final int port;

	private volatile Process process;

	private final Thread shutdownHook = new Thread(this::stop);

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private RedisServer(@Nullable Path executable) throws IOException, InterruptedException {
		this.directory = Files.createTempDirectory("benchmarks-redis-");
		this.command = (executable != null) ? executable
				: ExecutableProvider.newJarResourceProvider(this.directory.toFile()).get().toPath();
		this.port = freePort();
		this.process = launch(this.command, this.port, this.directory);
		Runtime.getRuntime().addShutdownHook(this.shutdownHook);
		this.client = RedisClient.create(RedisURI.create(HOST, this.port));
		try {
			this.connection = connect();
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	/**
	 * Start a server.
	 * @param executable the executable, or null for the one in the embedded-redis library
	 * @return the running server, to be closed by the caller
	 * @throws IOException if it cannot be started
	 * @throws InterruptedException if interrupted
	 */
	public static RedisServer start(@Nullable Path executable) throws IOException, InterruptedException {
		return new RedisServer(executable);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static Process launch(Path command, int port, Path directory) throws IOException {
		List<String> arguments = List.of(command.toString(), "--bind", HOST, "--port", Integer.toString(port), "--save",
				"", "--appendonly", "no", "--dir", directory.toString());
		return new ProcessBuilder(arguments).redirectErrorStream(true)
			.redirectOutput(directory.resolve("redis.log").toFile())
			.start();
	}

	private StatefulRedisConnection<String, String> connect() throws InterruptedException, IOException {
		long start = System.nanoTime();
		while (true) {
			try {
				return this.client.connect();
			}
			catch (RedisConnectionException ex) {
				if (!this.process.isAlive() || System.nanoTime() - start > START_TIMEOUT) {
					throw new IllegalStateException(
							"Redis does not start: %s".formatted(Files.readString(this.directory.resolve("redis.log"))),
							ex);
				}
			}
			TimeUnit.MILLISECONDS.sleep(10);
		}
	}

	private RedisCommands<String, String> commands() {
		return this.connection.sync();
	}

	/**
	 * Return where it listens.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Return the version of the server.
	 * @return the version
	 */
	public String version() {
		return commands().info("server")
			.lines()
			.filter((line) -> line.matches("(redis|valkey)_version:.*"))
			.reduce((first, last) -> last)
			.map((line) -> line.replace("_version:", " "))
			.orElse("unknown");
	}

	/**
	 * Delete all keys.
	 */
	public void deleteKeys() {
		commands().flushall();
	}

	/**
	 * Return what was executed so far.
	 * @return the statistics
	 */
	public CommandStats commandStats() {
		return CommandStats.parse(commands().info("commandstats"));
	}

	/**
	 * Watch commands to learn which of them come from clients and which from scripts.
	 * @return the monitor, to be stopped by the caller
	 * @throws IOException if that failed
	 */
	public CommandMonitor monitor() throws IOException {
		return new CommandMonitor(this.port);
	}

	/**
	 * Write a mark that a {@link CommandMonitor} sees after all that was executed before.
	 * @param mark the mark
	 */
	void mark(String mark) {
		commands().echo(mark);
	}

	/**
	 * Return the number of keys.
	 * @return the number of keys
	 */
	public long keys() {
		return commands().dbsize();
	}

	/**
	 * Return the number of connections, without that of the driver.
	 * @return the number of connections
	 */
	public long connections() {
		return commands().clientList().lines().count() - 1;
	}

	/**
	 * Return the number of channels and patterns somebody has subscribed to.
	 * @return the number of subscriptions
	 */
	public long channels() {
		return commands().pubsubChannels().size() + commands().pubsubNumpat();
	}

	/**
	 * Stop the process without ending it.
	 */
	void hang() throws IOException, InterruptedException {
		signal("STOP");
	}

	/**
	 * End the process at once.
	 */
	void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/**
	 * Let the process go on, or start a new one without data if it has ended, and wait
	 * until it answers.
	 */
	void heal() throws IOException, InterruptedException {
		if (this.process.isAlive()) {
			signal("CONT");
		}
		else {
			this.process = launch(this.command, this.port, this.directory);
			connect().close();
		}
		commands().ping();
	}

	private void signal(String name) throws IOException, InterruptedException {
		int exit = new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().waitFor();
		if (exit != 0) {
			throw new IllegalStateException("Cannot send SIG%s to Redis".formatted(name));
		}
	}

	@Override
	public void close() {
		this.client.shutdown();
		Runtime.getRuntime().removeShutdownHook(this.shutdownHook);
		stop();
	}

	private void stop() {
		this.process.destroyForcibly().onExit().join();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			System.err.println("Files of Redis are left behind: " + ex);
		}
	}

}
