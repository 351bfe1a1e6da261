package io.distributedlock.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Collectors;

import io.distributedlock.LockOperations;
import io.lettuce.core.RedisClient;
import net.javacrumbs.shedlock.core.LockProvider;
import org.redisson.Redisson;

import org.springframework.integration.redis.util.RedisLockRegistry;

/**
 * What a report has to say about where its numbers come from.
 */
public final class Machine {

	private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

	private static final List<Class<?>> LIBRARIES = List.of(LockOperations.class, RedisClient.class, Redisson.class,
			RedisLockRegistry.class, LockProvider.class);

	private Machine() {
	}

	/**
	 * Describe the machine and the versions of the contestants.
	 * @param redisVersion the version of the Redis server
	 * @return lines of Markdown
	 */
	public static String describe(String redisVersion) {
		return """
				- %d × %s, %s %s (%s)
				- Java %s (%s), %s on the loopback interface
				- %s
				""".formatted(Runtime.getRuntime().availableProcessors(), processor(), System.getProperty("os.name"),
				System.getProperty("os.version"), System.getProperty("os.arch"), Runtime.version(),
				System.getProperty("java.vm.name"), redisVersion,
				LIBRARIES.stream().map(Machine::version).collect(Collectors.joining(", ")));
	}

	private static String processor() {
		if (Files.isReadable(CPU_INFO)) {
			try {
				return Files.readAllLines(CPU_INFO)
					.stream()
					.filter((line) -> line.startsWith("model name"))
					.map((line) -> line.substring(line.indexOf(':') + 1).strip())
					.findFirst()
					.orElse("CPU");
			}
			catch (IOException ex) {
				// It was only for information
			}
		}
		return "CPU";
	}

	/**
	 * Not all libraries say their version, but all have it in the name of their file.
	 */
	private static String version(Class<?> type) {
		CodeSource source = type.getProtectionDomain().getCodeSource();
		String path = (source != null) ? source.getLocation().getPath() : type.getName();
		return path.substring(path.lastIndexOf('/') + 1).replaceFirst("\\.jar$", "");
	}

}
