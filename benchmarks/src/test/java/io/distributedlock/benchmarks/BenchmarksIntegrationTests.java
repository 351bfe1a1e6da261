package io.distributedlock.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.distributedlock.benchmarks.measure.Effort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@link Benchmarks} for a moment, with its own Redis and worker JVMs, so that they
 * keep working. What they measure means nothing here.
 */
class BenchmarksIntegrationTests {

	private static final Effort MOMENT = new Effort(1, 1, Duration.ofMillis(50), 1, Duration.ofMillis(50),
			Duration.ofMillis(300), 1, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofMillis(100));

	private final ByteArrayOutputStream console = new ByteArrayOutputStream();

	@TempDir
	private Path out;

	@Test
	void measuresAndReportsAndLeavesNoProcessBehind() throws Exception {
		List<ProcessHandle> before = ProcessHandle.current().children().toList();
		BenchmarkOptions options = new BenchmarkOptions("--only", "uncontended-pair", "--contestants", "bare,ours",
				"--out", this.out.toString());
		new Benchmarks(options, MOMENT, new PrintStream(this.console, true, StandardCharsets.UTF_8)).run();
		String report = Files.readString(this.out.resolve("results.md"));
		assertThat(report).as(this.console.toString(StandardCharsets.UTF_8))
			.contains("| bare limit |", "| ours |", "× bare limit")
			.doesNotContain("failed");
		assertThat(Files.readAllLines(this.out.resolve("results.csv")))
			.anyMatch((line) -> line.startsWith("uncontended-pair,\"bare limit\",\"commands/pair\",1,2."))
			.anyMatch((line) -> line.startsWith("uncontended-pair,\"ours\",\"p50 µs\",1,"));
		assertThat(ProcessHandle.current().children()).containsExactlyElementsOf(before);
	}

}
