package io.distributedlock.interceptor;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

import io.distributedlock.InvalidLockKeyException;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.spel.SpelNode;
import org.springframework.util.ObjectUtils;

/**
 * The rules by which the value of a key expression becomes one key or several.
 * <p>
 * The text of a key must be the same on every JVM, and must not be shared by accident. So
 * a null or blank value is refused, also as a part of a concatenation, and so is an
 * object that has no text but its identity.
 */
final class LockKeyTexts {

	private final String description;

	/**
	 * Create the rules for one expression.
	 * @param description what errors call the key
	 */
	LockKeyTexts(String description) {
		this.description = description;
	}

	/**
	 * Return the text of a part of a key.
	 * @param part where the value comes from
	 * @param value the value
	 * @return the text
	 * @throws InvalidLockKeyException if it has none
	 */
	String part(SpelNode part, @Nullable Object value) {
		if (value instanceof String string) {
			return string;
		}
		return toText(", part " + part.toStringAST() + ",", value);
	}

	/**
	 * Return the keys that a value stands for.
	 * @param value the value
	 * @return the keys, at least one
	 * @throws InvalidLockKeyException if one of them has no text, or there are none
	 */
	Collection<String> keys(@Nullable Object value) {
		Object unwrapped = unwrap(value);
		if (unwrapped instanceof Collection<?> collection) {
			return keysOf(collection);
		}
		if (unwrapped != null && unwrapped.getClass().isArray()) {
			if (unwrapped instanceof byte[] || unwrapped instanceof char[]) {
				throw invalid("", "is a " + unwrapped.getClass().getSimpleName() + ", which is neither a text nor a "
						+ "list of keys. Convert it to a text first.");
			}
			return keysOf(Arrays.asList(ObjectUtils.toObjectArray(unwrapped)));
		}
		return List.of(key(unwrapped));
	}

	/**
	 * Return the key that a value stands for.
	 * @param value the value
	 * @return the key
	 * @throws InvalidLockKeyException if it has no text
	 */
	String key(@Nullable Object value) {
		return toText("", value);
	}

	private Set<String> keysOf(Collection<?> values) {
		if (values.isEmpty()) {
			throw invalid("",
					"is empty. A call without any key would not be locked: pass at least one, or do not call.");
		}
		Set<String> keys = new LinkedHashSet<>();
		int index = 0;
		for (Object value : values) {
			keys.add(toText(", element " + index++ + ",", value));
		}
		return keys;
	}

	private String toText(String part, @Nullable Object value) {
		Object unwrapped = unwrap(value);
		if (unwrapped == null) {
			throw invalid(part, "is null. All calls without a value would share one lock: pass a value.");
		}
		if (unwrapped instanceof Map || unwrapped instanceof Collection || unwrapped.getClass().isArray()) {
			throw invalid(part,
					"is a %s, which has no text that could be a key. Use the values that identify what is to "
						.formatted(unwrapped.getClass().getName()) + "be locked.");
		}
		String result = toText(unwrapped);
		if (result == null || result.isBlank()) {
			throw invalid(part, "is blank. All calls without a value would share one lock: pass a value.");
		}
		if (isIdentity(result, unwrapped)) {
			throw invalid(part,
					("is a %s, whose text differs from JVM to JVM: the lock would exclude nobody. "
							+ "Use the property that identifies it, or override toString().")
						.formatted(unwrapped.getClass().getName()));
		}
		return result;
	}

	/**
	 * Return the text of a value, the same in every time zone and whatever an enum makes
	 * of its {@code toString()}.
	 */
	@SuppressWarnings("JavaUtilDate")
	private static @Nullable String toText(Object value) {
		if (value instanceof Enum<?> constant) {
			return constant.name();
		}
		if (value instanceof Date date) {
			return Instant.ofEpochMilli(date.getTime()).toString();
		}
		return value.toString();
	}

	/**
	 * Return whether a text is that of {@link Object#toString()}, also if it comes from a
	 * subclass that a proxy library has generated.
	 */
	private static boolean isIdentity(String text, Object value) {
		int at = text.indexOf('@');
		if (at <= 0 || value instanceof String) {
			return false;
		}
		for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
			String name = type.getName();
			if (at == name.length() && text.startsWith(name)) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable Object unwrap(@Nullable Object value) {
		if (value instanceof Optional<?> optional) {
			return optional.orElse(null);
		}
		if (value instanceof OptionalInt optional) {
			return optional.isPresent() ? optional.getAsInt() : null;
		}
		if (value instanceof OptionalLong optional) {
			return optional.isPresent() ? optional.getAsLong() : null;
		}
		if (value instanceof OptionalDouble optional) {
			return optional.isPresent() ? optional.getAsDouble() : null;
		}
		return value;
	}

	private InvalidLockKeyException invalid(String part, String problem) {
		return new InvalidLockKeyException(this.description + part + " " + problem);
	}

}
