package io.distributedlock.benchmarks.contestant;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

import io.distributedlock.LockSpec;

import org.springframework.util.ReflectionUtils;

/**
 * {@code LockSpec.withFair}, found by reflection because it is still to come. Call it
 * directly as soon as it is there.
 */
final class FairSpec {

	private FairSpec() {
	}

	static boolean isAvailable() {
		return method().isPresent();
	}

	static UnaryOperator<LockSpec> customizer() {
		Method method = method()
			.orElseThrow(() -> new UnsupportedOperationException("LockSpec has no method withFair yet"));
		return (spec) -> (LockSpec) Objects.requireNonNull(ReflectionUtils.invokeMethod(method, spec, true));
	}

	private static Optional<Method> method() {
		return Arrays.stream(LockSpec.class.getMethods())
			.filter((method) -> method.getName().equals("withFair") && method.getParameterCount() == 1)
			.findFirst();
	}

}
