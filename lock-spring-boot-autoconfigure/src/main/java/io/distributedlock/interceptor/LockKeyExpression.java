package io.distributedlock.interceptor;

import java.time.Instant;
import java.util.ArrayList;
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
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.spel.ExpressionState;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.ast.InlineList;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.ObjectUtils;

/**
 * A parsed key expression and the rules by which its value becomes one key or several.
 * <p>
 * The text of a key must be the same on every JVM, and must not be shared by accident. So
 * a null or blank value is refused, also as a part of a concatenation, and so is an
 * object that has no text but its identity.
 */
final class LockKeyExpression {

	private static final SpelParserConfiguration CONFIGURATION = new SpelParserConfiguration();

	/**
	 * Variables of SpEL itself, also if a parameter has such a name.
	 */
	private static final Set<String> RESERVED = Set.of("root", "this");

	private final String location;

	private final String text;

	private final SpelNode node;

	private final LockVariables variables;

	private final EvaluationContext sharedContext;

	/**
	 * The position of the argument that this is, or null if it is more than that.
	 */
	private final @Nullable Integer argument;

	LockKeyExpression(String location, String text, SpelNode node, LockVariables variables,
			EvaluationContext sharedContext) {
		this.location = location;
		this.text = text;
		this.node = node;
		this.variables = variables;
		this.sharedContext = sharedContext;
		this.argument = argument(node, variables);
	}

	private static @Nullable Integer argument(SpelNode node, LockVariables variables) {
		if (node instanceof VariableReference variable && !RESERVED.contains(nameOf(variable))) {
			return variables.positionOf(nameOf(variable));
		}
		return null;
	}

	private static String nameOf(VariableReference variable) {
		return variable.toStringAST().substring(1);
	}

	/**
	 * Return the key if it does not depend on the call.
	 * @return the key, or null if the expression is no literal
	 * @throws InvalidLockKeyException if the literal is no key
	 */
	@Nullable String constant() {
		return (this.node instanceof Literal literal) ? toText("", literal.getLiteralValue().getValue()) : null;
	}

	/**
	 * Return whether it can be seen that this yields several keys, or may do so: it is a
	 * list, or a parameter that is a collection or array.
	 * @return whether there may be several keys; if not, there still may be
	 */
	boolean isForSeveral() {
		if (this.node instanceof VariableReference variable) {
			Class<?> type = this.variables.typeOf(nameOf(variable));
			return type != null && (Collection.class.isAssignableFrom(type) || type.isArray());
		}
		return this.node instanceof InlineList && this.node.getChildCount() > 1;
	}

	/**
	 * Evaluate the keys of a call. For an argument, the most usual key, nothing needs to
	 * be evaluated.
	 * @param invocation the call
	 * @return the keys, at least one
	 * @throws InvalidLockKeyException if there is no usable key
	 */
	Collection<String> evaluate(MethodInvocation invocation) {
		try {
			if (this.argument != null) {
				return toKeys(invocation.getArguments()[this.argument]);
			}
			LockExpressionRoot root = new LockExpressionRoot(invocation);
			ExpressionState state = new ExpressionState(
					new LockEvaluationContext(this.sharedContext, root, this.variables), CONFIGURATION);
			return toKeys(evaluate(this.node, state));
		}
		catch (InvalidLockKeyException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			String reason = (ex.getMessage() != null) ? ex.getMessage() : ex.toString();
			throw new InvalidLockKeyException("%s could not be evaluated: %s. Check the expression and the arguments."
				.formatted(describe(), reason), ex);
		}
	}

	private @Nullable Object evaluate(SpelNode current, ExpressionState state) {
		if (current instanceof OpPlus && current.getChildCount() == 2) {
			Object left = evaluate(current.getChild(0), state);
			Object right = evaluate(current.getChild(1), state);
			if (left instanceof String || right instanceof String) {
				return toPart(current.getChild(0), left) + toPart(current.getChild(1), right);
			}
		}
		else if (current instanceof InlineList) {
			List<@Nullable Object> values = new ArrayList<>(current.getChildCount());
			for (int i = 0; i < current.getChildCount(); i++) {
				values.add(evaluate(current.getChild(i), state));
			}
			return values;
		}
		return current.getTypedValue(state).getValue();
	}

	private String toPart(SpelNode part, @Nullable Object value) {
		if (value instanceof String string) {
			return string;
		}
		return toText(", part " + part.toStringAST() + ",", value);
	}

	private Collection<String> toKeys(@Nullable Object value) {
		Object unwrapped = unwrap(value);
		if (unwrapped instanceof Collection<?> collection) {
			return toKeys(collection);
		}
		if (unwrapped != null && unwrapped.getClass().isArray()) {
			if (unwrapped instanceof byte[] || unwrapped instanceof char[]) {
				throw invalid("", "is a " + unwrapped.getClass().getSimpleName() + ", which is neither a text nor a "
						+ "list of keys. Convert it to a text first.");
			}
			return toKeys(Arrays.asList(ObjectUtils.toObjectArray(unwrapped)));
		}
		return List.of(toText("", unwrapped));
	}

	private Set<String> toKeys(Collection<?> values) {
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
		return new InvalidLockKeyException(describe() + part + " " + problem);
	}

	private String describe() {
		return "The key '%s' of @DistributedLock on %s".formatted(this.text, this.location);
	}

}
