package io.distributedlock.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample in a JVM of its own, on a free port. What it prints goes to a file.
 */
public final class SampleInstance implements AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(120);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(REQUEST_TIMEOUT)
		.build();

	private final Process process;

	private final Path directory;

	private int port;

	private SampleInstance(Process process, Path directory) {
		this.process = process;
		this.directory = directory;
	}

	/**
	 * Launch an instance, which takes some seconds to start.
	 * @param arguments arguments of the application
	 * @return the instance
	 * @see #awaitStarted()
	 */
	public static SampleInstance launch(String... arguments) {
		return launch(List.of("-cp", System.getProperty("java.class.path"), SampleApplication.class.getName()),
				arguments);
	}

	/**
	 * Launch an instance of the packaged sample as it was processed ahead of time.
	 * @param jar the executable jar
	 * @param arguments arguments of the application
	 * @return the instance
	 */
	public static SampleInstance launchAheadOfTime(String jar, String... arguments) {
		return launch(List.of("-Dspring.aot.enabled=true", "-jar", jar), arguments);
	}

	private static SampleInstance launch(List<String> program, String... arguments) {
		try {
			Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "instances")), "");
			Path temporary = Files.createDirectory(directory.resolve("tmp"));
			List<String> command = new ArrayList<>();
			command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
			command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
			command.addAll(agents());
			command.add("-Djava.io.tmpdir=" + temporary.toAbsolutePath());
			command.addAll(program);
			command.addAll(List.of("--server.port=0", "--server.address=127.0.0.1"));
			// A POST fails on a kept connection that the server is about to close
			command.add("--server.tomcat.max-keep-alive-requests=1");
			// Tests may share the machine with others and make Redis answer late
			command.add("--distributed-lock.response-timeout=1s");
			command.addAll(List.of(arguments));
			ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(directory.resolve("output.log").toFile());
			builder.environment().keySet().removeIf((variable) -> variable.startsWith("SPRING_"));
			return new SampleInstance(builder.start(), directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return what measures the coverage of this JVM, if the build does, so that it
	 * measures that of the instance, too.
	 */
	private static List<String> agents() {
		return ManagementFactory.getRuntimeMXBean()
			.getInputArguments()
			.stream()
			.filter((argument) -> argument.startsWith("-javaagent:"))
			.toList();
	}

	public SampleInstance awaitStarted() {
		Awaitility.await("start").atMost(START_TIMEOUT).until(() -> {
			assertThat(this.process.isAlive()).as(this::output).isTrue();
			return output().contains("Started SampleApplication");
		});
		Matcher matcher = PORT.matcher(output());
		assertThat(matcher.find()).as(this::output).isTrue();
		this.port = Integer.parseInt(matcher.group(1));
		return this;
	}

	/**
	 * Return the address of the instance.
	 */
	public String url() {
		return "http://127.0.0.1:" + this.port;
	}

	public HttpResponse<String> get(String path) {
		return send("GET", path).join();
	}

	public HttpResponse<String> put(String path) {
		return send("PUT", path).join();
	}

	public HttpResponse<String> post(String path) {
		return postLater(path).join();
	}

	public CompletableFuture<HttpResponse<String>> postLater(String path) {
		return send("POST", path);
	}

	private CompletableFuture<HttpResponse<String>> send(String method, String path) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
			.method(method, BodyPublishers.noBody())
			.timeout(REQUEST_TIMEOUT)
			.build();
		return http.sendAsync(request, BodyHandlers.ofString());
	}

	/**
	 * Return what the instance has printed so far.
	 */
	public String output() {
		try {
			return Files.readString(this.directory.resolve("output.log"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the directory for temporary files of the instance.
	 */
	public Path temporaryFiles() {
		return this.directory.resolve("tmp");
	}

	/**
	 * Ask the instance to stop, as {@code kill} does.
	 */
	public void beginToStop() {
		this.process.destroy();
	}

	/**
	 * Stop the instance and wait until it has ended.
	 */
	public void stop() {
		beginToStop();
		try {
			boolean ended = this.process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
			assertThat(ended).as(this::output).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.process.destroyForcibly();
		}
	}

	@Override
	public void close() {
		stop();
	}

	/**
	 * Find a port that nobody listens on. It is below the range the operating system
	 * takes client ports from, so that no client has taken it until it is used.
	 */
	public static int findFreePort() {
		for (int i = 0; i < 1000; i++) {
			int port = ThreadLocalRandom.current().nextInt(12000, 32000);
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
				return socket.getLocalPort();
			}
			catch (IOException ex) {
				// Taken
			}
		}
		throw new IllegalStateException("No free port");
	}

}
