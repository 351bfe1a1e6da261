package io.distributedlock.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import redis.embedded.core.ExecutableProvider;

/**
 * The {@code redis-server} executable that tests start: the one the system property
 * {@value #PROPERTY} names, or else the one that comes with embedded-redis.
 */
final class RedisBinary {

	static final String PROPERTY = "redis.server";

	private RedisBinary() {
	}

	static String locate() {
		String configured = System.getProperty(PROPERTY, "");
		return configured.isBlank() ? Embedded.PATH.toString() : configured;
	}

	/**
	 * The embedded executable, extracted once per JVM.
	 */
	private static final class Embedded {

		static final Path PATH = extract();

		private static Path extract() {
			try {
				File directory = Files.createTempDirectory("redis-server-binary-").toFile();
				directory.deleteOnExit();
				File file = ExecutableProvider.newJarResourceProvider(directory).get();
				file.deleteOnExit();
				return file.toPath();
			}
			catch (IOException ex) {
				throw new UncheckedIOException("Cannot extract the embedded Redis server", ex);
			}
			catch (RuntimeException ex) {
				throw new IllegalStateException("embedded-redis has no Redis server for this platform; "
						+ "name one with -D%s=/path/to/redis-server".formatted(PROPERTY), ex);
			}
		}

	}

}
