package io.distributedlock.interceptor;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import io.distributedlock.OnStoreFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringValueResolver;

/**
 * Turns {@link DistributedLock @DistributedLock} annotations into operations. Refuses
 * those that cannot work, so that the application does not start with them.
 */
final class LockAnnotationParser {

	private final StringValueResolver valueResolver;

	private final LockKeyExpressionParser keyParser;

	private final LockOverrides overrides;

	private final LockLimits limits;

	LockAnnotationParser(StringValueResolver valueResolver, LockKeyExpressionParser keyParser, LockOverrides overrides,
			LockLimits limits) {
		this.valueResolver = valueResolver;
		this.keyParser = keyParser;
		this.overrides = overrides;
		this.limits = limits;
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
	 * Check that a proxy can intercept a method.
	 * @param annotations the annotations of the method
	 * @param method the method
	 * @throws InvalidLockDefinitionException if it cannot
	 */
	void checkProxyable(List<MergedAnnotation<DistributedLock>> annotations, LockedMethod method) {
		method.checkProxyable(reader(annotations.get(0), method));
	}

	/**
	 * Parse annotations as they apply to a method.
	 * @param annotations the annotations
	 * @param method the method
	 * @return the plan, with one operation per annotation whose locks are enabled
	 * @throws InvalidLockDefinitionException if one of them cannot work
	 */
	LockPlan parse(List<MergedAnnotation<DistributedLock>> annotations, LockedMethod method) {
		List<LockOperation> operations = annotations.stream().map((annotation) -> parse(annotation, method)).toList();
		AttributeReader reader = reader(annotations.get(0), method);
		checkKeysDiffer(operations, reader);
		LeaseParameter leaseParameter = LeaseParameter.of(method, reader);
		if (leaseParameter != null && !leaseParameter.forAll()
				&& (operations.size() > 1 || operations.get(0).mayNeedSeveralLocks())) {
			throw reader.invalid("The method takes a LockLease, but it may have several locks.",
					"Declare a LockLeases parameter instead.", null);
		}
		List<LockOperation> enabled = operations.stream().filter(LockOperation::isEnabled).toList();
		return new LockPlan(enabled, leaseParameter, LockedResult.of(method, reader), null);
	}

	private static void checkKeysDiffer(List<LockOperation> operations, AttributeReader reader) {
		Set<String> keys = new HashSet<>();
		for (LockOperation operation : operations) {
			String key = operation.constantKey();
			if (key != null && !keys.add(key)) {
				throw reader.invalid("It locks the key '%s' twice.".formatted(key),
						"Remove one of the annotations, or give them different keys.", null);
			}
		}
	}

	private AttributeReader reader(MergedAnnotation<DistributedLock> annotation, LockedMethod method) {
		return new AttributeReader(location(annotation.getSource(), method), this.valueResolver);
	}

	private static String location(@Nullable Object source, LockedMethod method) {
		return (source instanceof Method annotated) ? describe(annotated)
				: "%s (for its method %s)".formatted(describe(source), describe(method.method()));
	}

	private LockOperation parse(MergedAnnotation<DistributedLock> merged, LockedMethod method) {
		Method annotatedMethod = (merged.getSource() instanceof Method source) ? source : method.method();
		DistributedLock annotation = merged.synthesize();
		AttributeReader reader = reader(merged, method);
		LockedResult result = LockedResult.of(method, reader);
		String explicitName = reader.name(annotation.name());
		String name = (explicitName != null) ? explicitName : method.defaultName();
		LockOverride override = this.overrides.of(name);
		if (!override.equals(LockOverride.NONE)) {
			reader = reader.withNote(" What 'distributed-lock.locks' says about '%s' counts, too.".formatted(name));
		}
		LockSpec spec = spec(name, annotation, override, reader);
		LockPolicies policies = policies(annotation, override, method, result, reader);
		LockKeyExpression key = key(annotatedMethod, annotation, reader.location());
		if (key == null && explicitName == null) {
			throw reader.invalid("It has neither a key nor a name.",
					"Set key to a SpEL expression for one lock per value, or name for one lock for all calls.", null);
		}
		LockOperation.Settings settings = new LockOperation.Settings(reader.location(), spec, explicitName != null,
				!override.isDisabled(), policies);
		try {
			return new LockOperation(settings, key);
		}
		catch (InvalidLockKeyException ex) {
			throw reader.invalid("Its key '%s' is the same for all calls and no key. %s".formatted(annotation.key(),
					ex.getMessage()), "Write a SpEL expression that yields a text for each call.", ex);
		}
	}

	private LockSpec spec(String name, DistributedLock annotation, LockOverride override, AttributeReader reader) {
		Duration ttl = LockOverride.chooseIfAny(override.ttl(),
				reader.duration("ttl", annotation.ttl(), LockSpec::checkTtl));
		Duration waitTime = LockOverride.chooseIfAny(override.waitTime(),
				reader.duration("waitTime", annotation.waitTime(), LockSpec::checkWaitTime));
		Duration maxHold = LockOverride.chooseIfAny(override.maxHold(),
				reader.duration("maxHold", annotation.maxHold(), LockSpec::checkMaxHold));
		Duration minHold = LockOverride.chooseIfAny(override.minHold(),
				reader.duration("minHold", annotation.minHold(), LockSpec::checkMinHold));
		if (maxHold != null && minHold != null && minHold.compareTo(maxHold) > 0) {
			throw reader.invalid(
					"Its minHold %s is longer than its maxHold %s.".formatted(print(minHold), print(maxHold)),
					"Let the shortest time to hold the lock be at most the longest one.", null);
		}
		this.limits.check("ttl", ttl, maxHold, reader);
		this.limits.check("minHold", minHold, null, reader);
		return LockSpec.of(name)
			.withName(name)
			.withTtl(ttl)
			.withWaitTime(waitTime)
			.withRenew(LockOverride.chooseIfAny(override.renew(), reader.choice("renew", annotation.renew())))
			.withMaxHold(maxHold)
			.withMinHold(minHold)
			.withFair(LockOverride.choose(override.fair(), annotation.fair()))
			.withReentrant(annotation.reentrant())
			.withOnLost(LockOverride.choose(override.onLost(), annotation.onLost()));
	}

	private static String print(Duration duration) {
		return DurationFormatterUtils.print(duration, DurationFormat.Style.COMPOSITE);
	}

	private static LockPolicies policies(DistributedLock annotation, LockOverride override, LockedMethod method,
			LockedResult result, AttributeReader reader) {
		OnContention onContention = LockOverride.choose(override.onContention(), annotation.onContention());
		OnStoreFailure onStoreFailure = LockOverride.choose(override.onStoreFailure(), annotation.onStoreFailure());
		if (onContention == OnContention.SKIP) {
			result.checkSkippable("onContention", method, reader);
		}
		if (onStoreFailure == OnStoreFailure.SKIP) {
			result.checkSkippable("onStoreFailure", method, reader);
		}
		return new LockPolicies(onContention, fallback(annotation, onContention, method, reader), onStoreFailure);
	}

	private static @Nullable FallbackMethod fallback(DistributedLock annotation, OnContention onContention,
			LockedMethod method, AttributeReader reader) {
		String name = annotation.fallback();
		if (!name.isEmpty()) {
			if (annotation.onContention() != OnContention.FALLBACK) {
				throw reader.invalid(
						"It has the fallback '%s', but onContention is %s.".formatted(name, annotation.onContention()),
						"Set onContention to FALLBACK, or remove the fallback.", null);
			}
			return FallbackMethod.find(name, method, reader);
		}
		if (onContention == OnContention.FALLBACK) {
			throw reader.invalid("onContention is FALLBACK, but there is no fallback.",
					"Set fallback to the name of the method to call instead.", null);
		}
		return null;
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
