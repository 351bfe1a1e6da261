package io.distributedlock.interceptor;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * What a method returns that was skipped.
 */
final class EmptyResults {

	private static final Map<Class<?>, Object> BY_TYPE = Map.of(Optional.class, Optional.empty(), OptionalInt.class,
			OptionalInt.empty(), OptionalLong.class, OptionalLong.empty(), OptionalDouble.class,
			OptionalDouble.empty());

	private EmptyResults() {
	}

	/**
	 * Return the empty result of a type.
	 * @param returnType the type that the method returns
	 * @return the empty result, null if the type has none
	 */
	static @Nullable Object of(Class<?> returnType) {
		return BY_TYPE.get(returnType);
	}

}
