package io.distributedlock.testsupport;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

/**
 * A version of Redis or Valkey besides the one that all tests use: the executable that
 * the system property {@value #PROPERTY} names, or else the one on the path.
 */
public final class InstalledRedis {

	static final String PROPERTY = "redis.server.installed";

	private InstalledRedis() {
	}

	/**
	 * Start a server. Without an executable, the tests are skipped.
	 * @param extraArguments further options
	 * @return the running server, to be closed by the caller
	 */
	public static RedisServerProcess start(String... extraArguments) {
		return RedisServerProcess.startBinary(locate(), extraArguments);
	}

	private static String locate() {
		String configured = System.getProperty(PROPERTY, "");
		if (!configured.isBlank()) {
			return configured;
		}
		Optional<Path> installed = Stream.of("redis-server", "valkey-server")
			.flatMap(InstalledRedis::onThePath)
			.findFirst();
		Assumptions.assumeTrue(installed.isPresent(),
				"No redis-server is installed; name one with -D%s=/path/to/redis-server".formatted(PROPERTY));
		return installed.orElseThrow().toString();
	}

	private static Stream<Path> onThePath(String name) {
		return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable);
	}

}
