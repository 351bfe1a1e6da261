package io.distributedlock;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.annotation.SimpleReflectiveProcessor;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Registers hints for locked methods and for the fallback methods they name.
 */
class LockReflectiveProcessor extends SimpleReflectiveProcessor {

	@Override
	public void registerReflectionHints(ReflectionHints hints, AnnotatedElement element) {
		super.registerReflectionHints(hints, element);
		Class<?> type = (element instanceof Method method) ? method.getDeclaringClass()
				: (element instanceof Class<?> annotated) ? annotated : null;
		if (type != null) {
			MergedAnnotations.from(element, SearchStrategy.DIRECT)
				.stream(DistributedLock.class)
				.map((annotation) -> annotation.getString("fallback"))
				.filter((fallback) -> !fallback.isEmpty())
				.forEach((fallback) -> registerFallbacks(hints, type, fallback));
		}
	}

	private static void registerFallbacks(ReflectionHints hints, Class<?> type, String fallback) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			Arrays.stream(each.getDeclaredMethods())
				.filter((method) -> method.getName().equals(fallback))
				.forEach((method) -> hints.registerMethod(method, ExecutableMode.INVOKE));
		}
	}

}
