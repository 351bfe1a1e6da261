package io.distributedlock.interceptor;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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
import org.springframework.util.StringValueResolver;

/**
 * Turns {@link DistributedLock @DistributedLock} annotations into operations. Refuses
 * those that cannot work, so that the application does not start with them.
 */
final class LockAnnotationParser {

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
		return new LockPlan(annotations.stream().map((annotation) -> parse(annotation, method)).toList(),
				EmptyResults.of(method.returnType()));
	}

	private LockOperation parse(MergedAnnotation<DistributedLock> merged, LockedMethod method) {
		Method annotatedMethod = (merged.getSource() instanceof Method source) ? source : null;
		String location = (annotatedMethod != null) ? describe(annotatedMethod)
				: "%s (for its method %s)".formatted(describe(merged.getSource()), describe(method.method()));
		DistributedLock annotation = merged.synthesize();
		method.check(location, annotation.onContention());
		AttributeReader reader = new AttributeReader(location, this.valueResolver);
		String name = reader.name(annotation.name());
		LockSpec spec = spec((name != null) ? name : method.defaultName(), annotation, reader);
		LockKeyExpression key = key((annotatedMethod != null) ? annotatedMethod : method.method(), annotation,
				location);
		if (key == null && name == null) {
			throw reader.invalid("It has neither a key nor a name.",
					"Set key to a SpEL expression for one lock per value, or name for one lock for all calls.", null);
		}
		try {
			return new LockOperation(
					new LockOperation.Settings(location, spec, name != null, annotation.onContention()), key);
		}
		catch (InvalidLockKeyException ex) {
			throw reader.invalid("Its key '%s' is the same for all calls and no key. %s".formatted(annotation.key(),
					ex.getMessage()), "Write a SpEL expression that yields a text for each call.", ex);
		}
	}

	private static LockSpec spec(String name, DistributedLock annotation, AttributeReader reader) {
		LockSpec spec = LockSpec.of(name)
			.withName(name)
			.withTtl(reader.duration("ttl", annotation.ttl(), LockSpec::checkTtl))
			.withWaitTime(reader.duration("waitTime", annotation.waitTime(), LockSpec::checkWaitTime))
			.withRenew(reader.choice("renew", annotation.renew()))
			.withFair(annotation.fair())
			.withReentrant(annotation.reentrant())
			.withOnLost(annotation.onLost());
		Duration maxHold = reader.duration("maxHold", annotation.maxHold(), LockSpec::checkMaxHold);
		Duration minHold = reader.duration("minHold", annotation.minHold(), LockSpec::checkMinHold);
		try {
			return spec.withMaxHold(maxHold).withMinHold(minHold);
		}
		catch (IllegalArgumentException ex) {
			throw reader.invalid(
					"Its minHold '%s' is longer than its maxHold '%s'.".formatted(annotation.minHold(),
							annotation.maxHold()),
					"Let the shortest time to hold the lock be at most the longest one.", ex);
		}
	}

	private @Nullable LockKeyExpression key(Method annotatedMethod, DistributedLock annotation, String location) {
		String text = annotation.key();
		return text.isEmpty() ? null : this.keyParser.parse(location, text, LockVariables.of(annotatedMethod));
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

}
