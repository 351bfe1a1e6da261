package io.distributedlock.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.distributedlock.testsupport.RedisServerProcess;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The Redis user that the README recommends, with the rules that stand there.
 */
final class ReadmeUser {

	static final Path README = Path.of("..", "README.md");

	private static final String NAME = "locks";

	private static final String PASSWORD = "secret";

	private ReadmeUser() {
	}

	/**
	 * Return the commands that the user may use to lock.
	 */
	static List<String> lockingCommands() {
		return commands(rules("on"));
	}

	/**
	 * Return the commands that the user needs besides to look at locks.
	 */
	static List<String> operatingCommands() {
		return commands(rules("+"));
	}

	private static List<String> commands(String[] rules) {
		return Arrays.stream(rules).filter((rule) -> rule.startsWith("+")).toList();
	}

	/**
	 * Create the user for locking, with more rules, and make the server forget the
	 * scripts of other tests.
	 */
	static void create(RedisServerProcess server, String... more) {
		server.cli("ACL", "DELUSER", NAME);
		server.cli(rules("on"));
		if (more.length > 0) {
			server.cli(Stream.concat(Stream.of("ACL", "SETUSER", NAME), Stream.of(more)).toArray(String[]::new));
		}
		server.cli("SCRIPT", "FLUSH");
		server.cli("ACL", "LOG", "RESET");
	}

	/**
	 * Return a store, not started, that logs in as the user.
	 */
	static RedisLockStore store(RedisServerProcess server) {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(server.host(), server.port());
		configuration.setUsername(NAME);
		configuration.setPassword(PASSWORD);
		return new RedisLockStore(new LettuceConnectionFactory(configuration), "lock:", Duration.ofSeconds(60));
	}

	private static String[] rules(String first) {
		try (Stream<String> lines = Files.lines(README)) {
			return lines.filter((line) -> line.startsWith("ACL SETUSER %s %s".formatted(NAME, first)))
				.findFirst()
				.orElseThrow()
				.split(" ");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
