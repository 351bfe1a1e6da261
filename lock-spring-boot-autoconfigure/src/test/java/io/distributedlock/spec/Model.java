package io.distributedlock.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model in {@code docs/spec} and what is to be checked of it.
 *
 * @param module the name of the module, without {@code .tla}
 * @param name what is special about it
 * @param configuration the lines of its {@code .cfg}
 */
record Model(String module, String name, List<String> configuration) {

	private static final Path DIRECTORY = directory();

	private static final Pattern FLAWS = Pattern.compile("Flaw (?:/?=|\\\\in) \\{?(\"\\w+\"(?:, \"\\w+\")*)");

	/**
	 * Read a model as it stands.
	 * @param module the name of the module
	 * @param configuration the name of the configuration, without {@code .cfg}
	 */
	static Model read(String module, String configuration) {
		return new Model(module, configuration, text(configuration + ".cfg").lines().toList());
	}

	private static Path directory() {
		for (Path path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
			Path directory = path.resolve("docs/spec");
			if (Files.isDirectory(directory)) {
				return directory;
			}
		}
		throw new IllegalStateException("There is no docs/spec here or above");
	}

	/**
	 * Give a constant another value.
	 */
	Model with(String constant, String value) {
		String start = "  " + constant + " = ";
		return change(constant + " " + value, (line) -> line.startsWith(start), start + value);
	}

	/**
	 * Do something wrong.
	 */
	Model with(Flaw flaw) {
		return with("Flaw", '"' + flaw.name() + '"').checking(flaw.violated());
	}

	/**
	 * Check one property only.
	 */
	Model checking(String property) {
		List<String> lines = this.configuration.stream()
			.filter((line) -> !isProperty(line) || line.endsWith(" " + property))
			.toList();
		if (lines.stream().noneMatch(Model::isProperty)) {
			throw new IllegalArgumentException("%s does not check %s".formatted(this, property));
		}
		return new Model(this.module, this.name + " " + property, lines);
	}

	private static boolean isProperty(String line) {
		return line.startsWith("INVARIANT ") || line.startsWith("PROPERTY ");
	}

	private Model change(String what, Predicate<String> affected, String replacement) {
		if (this.configuration.stream().noneMatch(affected)) {
			throw new IllegalArgumentException("%s has nothing to change for %s".formatted(this, what));
		}
		List<String> lines = this.configuration.stream()
			.map((line) -> affected.test(line) ? replacement : line)
			.toList();
		return new Model(this.module, this.name + " " + what, lines);
	}

	/**
	 * Return the names of all flaws that modules know.
	 */
	static Set<String> knownFlaws(String... modules) {
		Set<String> flaws = new TreeSet<>();
		for (String module : modules) {
			Matcher uses = FLAWS.matcher(text(module + ".tla"));
			while (uses.find()) {
				for (String flaw : uses.group(1).split(", ")) {
					flaws.add(module + " " + flaw.replace("\"", ""));
				}
			}
		}
		return flaws;
	}

	private static String text(String file) {
		try {
			return Files.readString(DIRECTORY.resolve(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Copy the module and the configuration to a directory, each named after the module.
	 */
	void copyTo(Path directory) throws IOException {
		String file = this.module + ".tla";
		Files.writeString(directory.resolve(file), text(file));
		Files.write(directory.resolve(this.module + ".cfg"), this.configuration);
	}

	@Override
	public String toString() {
		return this.name;
	}

}
