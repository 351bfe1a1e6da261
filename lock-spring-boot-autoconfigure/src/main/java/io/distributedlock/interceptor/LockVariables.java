package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ParameterNameDiscoverer;

/**
 * The variables of a key expression: the parameters of the locked method, by position
 * ({@code #p0}, {@code #a0}) and by name. Where they collide, the name wins. A parameter
 * for the lease is none: there is no lease yet.
 */
final class LockVariables {

	private final Map<String, Integer> positions;

	private final Class<?>[] types;

	private final boolean named;

	private LockVariables(Map<String, Integer> positions, Class<?>[] types, boolean named) {
		this.positions = positions;
		this.types = types;
		this.named = named;
	}

	/**
	 * Determine the variables of a method.
	 * @param method the method whose parameter names count
	 * @return its variables
	 */
	static LockVariables of(Method method) {
		Map<String, Integer> positions = new LinkedHashMap<>();
		Class<?>[] types = method.getParameterTypes();
		int count = types.length - (KotlinDetector.isSuspendingFunction(method) ? 1 : 0);
		for (int i = 0; i < count; i++) {
			positions.put("p" + i, i);
			positions.put("a" + i, i);
		}
		ParameterNameDiscoverer discoverer = DefaultParameterNameDiscoverer.getSharedInstance();
		@Nullable String @Nullable [] names = discoverer.getParameterNames(method);
		if (names != null) {
			for (int i = 0; i < count; i++) {
				String name = names[i];
				if (name != null) {
					positions.put(name, i);
				}
			}
		}
		positions.values().removeIf((position) -> LeaseParameter.isForLease(types[position]));
		return new LockVariables(positions, types, names != null);
	}

	/**
	 * Return whether the names of the parameters are known.
	 * @return whether they are known, true for a method without parameters
	 */
	boolean areNamed() {
		return this.named;
	}

	/**
	 * Return the position of the argument that is the value of a variable.
	 * @param name the name of the variable, without {@code #}
	 * @return the position, or null if there is no such variable
	 */
	@Nullable Integer positionOf(String name) {
		return this.positions.get(name);
	}

	/**
	 * Return the type of a variable.
	 * @param name the name of the variable, without {@code #}
	 * @return the type, or null if there is no such variable
	 */
	@Nullable Class<?> typeOf(String name) {
		Integer position = this.positions.get(name);
		return (position != null) ? this.types[position] : null;
	}

	/**
	 * Return the variables as one reads them in an expression.
	 * @return text like {@code #p0, #a0, #orderId, #root}
	 */
	String describe() {
		return this.positions.keySet().stream().map((name) -> "#" + name + ", ").collect(Collectors.joining())
				+ "#root";
	}

}
