package io.distributedlock.interceptor;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockSpec;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.format.annotation.DurationFormat.Unit;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringValueResolver;

/**
 * Turns {@link DistributedLock @DistributedLock} annotations into operations. Refuses
 * those that cannot work, so that the application does not start with them.
 */
final class LockAnnotationParser {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

	private static final Map<Class<?>, Object> EMPTY_RESULTS = Map.of(Optional.class, Optional.empty(),
			OptionalInt.class, OptionalInt.empty(), OptionalLong.class, OptionalLong.empty(), OptionalDouble.class,
			OptionalDouble.empty());

	private final StringValueResolver valueResolver;

	private final LockKeyExpressionParser keyParser;

	LockAnnotationParser(StringValueResolver valueResolver, LockKeyExpressionParser keyParser) {
		this.valueResolver = valueResolver;
		this.keyParser = keyParser;
	}

	/**
	 * Return whether a type can have annotated methods at all.
	 * @param type the type
	 * @return false if it certainly has none
	 */
	boolean isCandidateClass(Class<?> type) {
		return AnnotationUtils.isCandidateClass(type, DistributedLock.class);
	}

	/**
	 * Find the annotations of a method or type, directly, as a meta-annotation, or on
	 * what it overrides, extends or implements. The nearest level that has any counts.
	 * @param element the method or type
	 * @return the annotations, empty if there are none
	 */
	List<MergedAnnotation<DistributedLock>> find(AnnotatedElement element) {
		List<MergedAnnotation<DistributedLock>> annotations = MergedAnnotations
			.from(element, SearchStrategy.TYPE_HIERARCHY)
			.stream(DistributedLock.class)
			.toList();
		return annotations.stream()
			.filter((annotation) -> annotation.getAggregateIndex() == annotations.get(0).getAggregateIndex())
			.toList();
	}

	/**
	 * Parse annotations as they apply to a method.
	 * @param annotations the annotations
	 * @param method the method
	 * @return the plan, with one operation per annotation
	 * @throws InvalidLockDefinitionException if one of them cannot work
	 */
	LockPlan parse(List<MergedAnnotation<DistributedLock>> annotations, LockedMethod method) {
		return new LockPlan(annotations.stream().map((annotation) -> parse(annotation, method)).toList());
	}

	private LockOperation parse(MergedAnnotation<DistributedLock> annotation, LockedMethod method) {
		Method annotatedMethod = (annotation.getSource() instanceof Method source) ? source : null;
		String location = (annotatedMethod != null) ? describe(annotatedMethod)
				: "%s (for its method %s)".formatted(describe(annotation.getSource()), describe(method.method()));
		return new Attributes(location, annotation.synthesize(), method)
			.parse((annotatedMethod != null) ? annotatedMethod : method.method());
	}

	private static String describe(@Nullable Object source) {
		return (source instanceof Class<?> type) ? type.getName() : String.valueOf(source);
	}

	/**
	 * Return a method as one reads it in a message.
	 * @param method the method
	 * @return text like {@code com.example.Orders.pay(String, int)}
	 */
	static String describe(Method method) {
		return Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(
					Collectors.joining(", ", method.getDeclaringClass().getName() + "." + method.getName() + "(", ")"));
	}

	/**
	 * The attributes of one annotation.
	 */
	private final class Attributes {

		private final String location;

		private final DistributedLock annotation;

		private final LockedMethod method;

		private Attributes(String location, DistributedLock annotation, LockedMethod method) {
			this.location = location;
			this.annotation = annotation;
			this.method = method;
		}

		private LockOperation parse(Method annotatedMethod) {
			this.method.check(this.location, this.annotation.onContention());
			String name = name();
			Duration ttl = duration("ttl", this.annotation.ttl(), LockSpec::checkTtl);
			Duration waitTime = duration("waitTime", this.annotation.waitTime(), LockSpec::checkWaitTime);
			LockOperation.Settings settings = new LockOperation.Settings(this.location,
					(name != null) ? name : this.method.defaultName(), name != null, ttl, waitTime, renew(),
					this.annotation.fair(), this.annotation.onContention(),
					EMPTY_RESULTS.get(this.method.returnType()));
			try {
				return new LockOperation(settings, key(annotatedMethod, name));
			}
			catch (InvalidLockKeyException ex) {
				throw invalid("Its key '%s' is the same for all calls and no key. %s".formatted(this.annotation.key(),
						ex.getMessage()), "Write a SpEL expression that yields a text for each call.", ex);
			}
		}

		private @Nullable LockKeyExpression key(Method annotatedMethod, @Nullable String name) {
			String text = this.annotation.key();
			if (!text.isEmpty()) {
				LockVariables variables = LockVariables.of(annotatedMethod);
				return LockAnnotationParser.this.keyParser.parse(this.location, text, variables);
			}
			if (name == null) {
				throw invalid("It has neither a key nor a name.",
						"Set key to a SpEL expression for one lock per value, or name for one lock for all calls.",
						null);
			}
			return null;
		}

		private @Nullable String name() {
			String text = this.annotation.name();
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

		private @Nullable Duration duration(String attribute, String text, UnaryOperator<Duration> check) {
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
				throw invalid("Its %s %s is out of range.".formatted(attribute, quote(text, value)),
						ex.getMessage() + ".", ex);
			}
		}

		private @Nullable Boolean renew() {
			String text = this.annotation.renew();
			String value = resolve("renew", text);
			if (value.isEmpty()) {
				return null;
			}
			if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
				throw invalid("Its renew %s is neither true nor false.".formatted(quote(text, value)),
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
				value = LockAnnotationParser.this.valueResolver.resolveStringValue(text);
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

		private String quote(String text, String value) {
			return text.equals(value) ? "'" + text + "'" : "'%s' (resolved to '%s')".formatted(text, value);
		}

		private InvalidLockDefinitionException invalid(String problem, String action, @Nullable Throwable cause) {
			return new InvalidLockDefinitionException(this.location, problem, action, cause);
		}

	}

}
