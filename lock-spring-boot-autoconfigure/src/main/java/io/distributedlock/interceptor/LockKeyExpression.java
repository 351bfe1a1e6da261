package io.distributedlock.interceptor;

import java.util.Collection;
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
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * A parsed key expression.
 */
final class LockKeyExpression {

	private static final SpelParserConfiguration CONFIGURATION = new SpelParserConfiguration();

	/**
	 * Variables of SpEL itself, also if a parameter has such a name.
	 */
	private static final Set<String> RESERVED = Set.of("root", "this");

	private final String description;

	private final LockKeyTexts texts;

	private final SpelNodeImpl node;

	private final LockVariables variables;

	private final EvaluationContext sharedContext;

	/**
	 * The position of the argument that this is, or null if it is more than that.
	 */
	private final @Nullable Integer argument;

	LockKeyExpression(String location, String text, SpelNodeImpl node, LockVariables variables,
			EvaluationContext sharedContext) {
		this.description = "The key '%s' of @DistributedLock on %s".formatted(text, location);
		this.texts = new LockKeyTexts(this.description);
		this.node = KeyConcatenation.replaceIn(node, this.texts);
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
		return (this.node instanceof Literal literal) ? this.texts.key(literal.getLiteralValue().getValue()) : null;
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
				return this.texts.keys(invocation.getArguments()[this.argument]);
			}
			LockExpressionRoot root = new LockExpressionRoot(invocation);
			ExpressionState state = new ExpressionState(
					new LockEvaluationContext(this.sharedContext, root, this.variables), CONFIGURATION);
			return this.texts.keys(this.node.getValueInternal(state).getValue());
		}
		catch (InvalidLockKeyException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			String reason = (ex.getMessage() != null) ? ex.getMessage() : ex.toString();
			throw new InvalidLockKeyException("%s could not be evaluated: %s. Check the expression and the arguments."
				.formatted(this.description, reason), ex);
		}
	}

}
