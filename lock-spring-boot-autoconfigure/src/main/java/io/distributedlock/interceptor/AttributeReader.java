package io.distributedlock.interceptor;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import io.distributedlock.InvalidLockDefinitionException;
import org.jspecify.annotations.Nullable;

import org.springframework.format.annotation.DurationFormat.Unit;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringValueResolver;

/**
 * Reads the texts of an annotation's attributes: resolves placeholders and converts.
 */
final class AttributeReader {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

	private final String location;

	private final StringValueResolver valueResolver;

	private final String note;

	/**
	 * Create a reader.
	 * @param location where the annotation stands
	 * @param valueResolver resolves placeholders
	 */
	AttributeReader(String location, StringValueResolver valueResolver) {
		this(location, valueResolver, "");
	}

	private AttributeReader(String location, StringValueResolver valueResolver, String note) {
		this.location = location;
		this.valueResolver = valueResolver;
		this.note = note;
	}

	/**
	 * Add something to what is said to be wrong.
	 * @param note a sentence, with a space before it
	 * @return another reader
	 */
	AttributeReader withNote(String note) {
		return new AttributeReader(this.location, this.valueResolver, note);
	}

	String location() {
		return this.location;
	}

	/**
	 * Read the name of a lock.
	 * @param text the text of the attribute
	 * @return the name, or null if there is none
	 */
	@Nullable String name(String text) {
		if (text.isEmpty()) {
			return null;
		}
		String name = resolve("name", text);
		if (!NAME.matcher(name).matches()) {
			throw invalid("Its name %s is not allowed.".formatted(quote(text, name)),
					"Use only the letters a-z and A-Z, digits, '.', '_' and '-'.", null);
		}
		return name;
	}

	/**
	 * Read a duration.
	 * @param attribute the name of the attribute
	 * @param text the text of the attribute
	 * @param check refuses values that are out of range
	 * @return the duration, or null if there is none
	 */
	@Nullable Duration duration(String attribute, String text, UnaryOperator<Duration> check) {
		String value = resolve(attribute, text);
		if (value.isEmpty()) {
			return null;
		}
		Duration duration;
		try {
			duration = DurationFormatterUtils.detectAndParse(value, Unit.MILLIS);
		}
		catch (RuntimeException ex) {
			throw invalid("Its %s %s is no duration.".formatted(attribute, quote(text, value)),
					"Write it like 10s, 500ms, 1m30s, PT10S, or as a number of milliseconds.", ex);
		}
		try {
			return check.apply(duration);
		}
		catch (IllegalArgumentException ex) {
			throw invalid("Its %s %s is out of range.".formatted(attribute, quote(text, value)), ex.getMessage() + ".",
					ex);
		}
	}

	/**
	 * Read a choice between true and false.
	 * @param attribute the name of the attribute
	 * @param text the text of the attribute
	 * @return the choice, or null if there is none
	 */
	@Nullable Boolean choice(String attribute, String text) {
		String value = resolve(attribute, text);
		if (value.isEmpty()) {
			return null;
		}
		if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
			throw invalid("Its %s %s is neither true nor false.".formatted(attribute, quote(text, value)),
					"Write \"true\", \"false\", or leave it empty for the default.", null);
		}
		return Boolean.valueOf(value);
	}

	private String resolve(String attribute, String text) {
		if (text.isEmpty()) {
			return text;
		}
		String value;
		try {
			value = this.valueResolver.resolveStringValue(text);
		}
		catch (RuntimeException ex) {
			throw unresolvable(attribute, text, ex);
		}
		if (value != null && value.contains("${")) {
			throw unresolvable(attribute, text, null);
		}
		return (value != null) ? value.strip() : "";
	}

	private InvalidLockDefinitionException unresolvable(String attribute, String text, @Nullable Throwable cause) {
		return invalid("Its %s '%s' cannot be resolved.".formatted(attribute, text),
				"Define the property, or add a default as in ${property:default}.", cause);
	}

	private static String quote(String text, String value) {
		return text.equals(value) ? "'" + text + "'" : "'%s' (resolved to '%s')".formatted(text, value);
	}

	/**
	 * Create the exception that refuses the annotation.
	 * @param problem what is wrong
	 * @param action what to change
	 * @param cause the underlying error, or null
	 * @return the exception
	 */
	InvalidLockDefinitionException invalid(String problem, String action, @Nullable Throwable cause) {
		return new InvalidLockDefinitionException(this.location, problem + this.note, action, cause);
	}

}
