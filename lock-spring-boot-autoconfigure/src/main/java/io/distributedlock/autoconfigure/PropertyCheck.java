package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.distributedlock.LockSpec;
import io.distributedlock.redis.internal.LockKeys;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;

/**
 * Checks of values in {@link DistributedLockProperties} that their types do not make.
 */
final class PropertyCheck {

	/**
	 * With what the names of all properties begin.
	 */
	static final String PREFIX = "distributed-lock.";

	private PropertyCheck() {
	}

	/**
	 * Check a duration. All have the same upper limit.
	 * @param name the name of the property, without the prefix of all
	 * @param value the value
	 * @param min the lowest valid value
	 */
	static void duration(String name, Duration value, Duration min) {
		boolean valid = value.compareTo(min) >= 0 && value.compareTo(LockSpec.MAX_DURATION) <= 0;
		isTrue(valid, name, value, "It must be from %s to %s.".formatted(DurationStyle.SIMPLE.print(min),
				DurationStyle.SIMPLE.print(LockSpec.MAX_DURATION, ChronoUnit.DAYS)));
	}

	static void keyPrefix(String value) {
		isTrue(LockKeys.isValidPrefix(value), "key-prefix", value,
				"It must not be empty and must not contain braces, white space or control characters.");
	}

	static void isTrue(boolean valid, String name, Object value, String reason) {
		if (!valid) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + name, value, reason);
		}
	}

}
