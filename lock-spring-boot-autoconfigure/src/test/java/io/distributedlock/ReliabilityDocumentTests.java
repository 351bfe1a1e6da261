package io.distributedlock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tests that {@code docs/reliability.md} refers to exist.
 */
class ReliabilityDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "reliability.md");

	private static final Path TESTS = Path.of("src", "test", "java");

	/**
	 * A row of the table of reported problems: the second cell after the number names
	 * tests, each with its class, or without if that is the class of the test before it.
	 */
	private static final Pattern ROW = Pattern.compile("\\| \\d+ \\|[^|]+\\|([^|]+)\\|.*");

	private static final Pattern IN_ROW = Pattern.compile("`(?:([A-Z]\\w*(?:Tests|Contract))\\.?)?([a-z]\\w+)?`");

	private static final Pattern IN_TEXT = Pattern.compile("`([A-Z]\\w*(?:Tests|Contract))(?:\\.([a-z]\\w+))?`");

	private static final int TOP = 25;

	private final Map<String, String> sources = sources();

	private final List<String> unknown = new ArrayList<>();

	ReliabilityDocumentTests() throws IOException {
	}

	@Test
	void everyReportedProblemHasTestsThatExist() throws IOException {
		int rows = 0;
		for (String line : Files.readAllLines(DOCUMENT)) {
			Matcher row = ROW.matcher(line);
			if (row.matches()) {
				rows++;
				assertThat(check(IN_ROW.matcher(row.group(1)))).as(line).isPositive();
			}
		}
		assertThat(this.unknown).isEmpty();
		assertThat(rows).isGreaterThanOrEqualTo(TOP);
	}

	@Test
	void everyTestThatTheTextNamesExists() throws IOException {
		assertThat(check(IN_TEXT.matcher(Files.readString(DOCUMENT)))).isPositive();
		assertThat(this.unknown).isEmpty();
	}

	/**
	 * Note which of the tests do not exist.
	 * @return how many there are
	 */
	private int check(Matcher reference) {
		int references = 0;
		String type = "";
		while (reference.find()) {
			type = (reference.group(1) != null) ? reference.group(1) : type;
			String source = this.sources.getOrDefault(type, "");
			String method = reference.group(2);
			if (source.isEmpty() || (method != null && !source.contains("void " + method + "("))) {
				this.unknown.add(reference.group());
			}
			references++;
		}
		return references;
	}

	private static Map<String, String> sources() throws IOException {
		Map<String, String> sources = new HashMap<>();
		try (Stream<Path> files = Files.walk(TESTS)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
				sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
			}
		}
		return sources;
	}

}
