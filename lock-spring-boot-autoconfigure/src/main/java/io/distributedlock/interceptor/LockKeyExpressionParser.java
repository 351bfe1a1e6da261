package io.distributedlock.interceptor;

import java.util.stream.IntStream;

import io.distributedlock.InvalidLockDefinitionException;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * Parses key expressions and checks what can be checked without a call.
 */
final class LockKeyExpressionParser {

	private final SpelExpressionParser parser;

	private final EvaluationContext sharedContext;

	LockKeyExpressionParser(SpelExpressionParser parser, EvaluationContext sharedContext) {
		this.parser = parser;
		this.sharedContext = sharedContext;
	}

	/**
	 * Parse a key expression.
	 * @param location where the annotation stands
	 * @param text the expression
	 * @param variables the variables it may use
	 * @return the parsed expression
	 * @throws InvalidLockDefinitionException if it cannot be evaluated, whatever the
	 * arguments are
	 */
	LockKeyExpression parse(String location, String text, LockVariables variables) {
		if (text.contains("#{") || text.contains("${")) {
			throw new InvalidLockDefinitionException(location, "Its key '%s' is a template.".formatted(text),
					"Write plain SpEL without '#{' and '${', such as key = \"#orderId\".", null);
		}
		SpelNode node;
		try {
			node = this.parser.parseRaw(text).getAST();
		}
		catch (RuntimeException ex) {
			throw new InvalidLockDefinitionException(location,
					"Its key '%s' is no SpEL expression: %s.".formatted(text, ex.getMessage()),
					"Write a SpEL expression, such as key = \"#orderId\", or put text into single quotes.", ex);
		}
		new Check(location, text, variables).check(node, true);
		return new LockKeyExpression(location, text, (SpelNodeImpl) node, variables, this.sharedContext);
	}

	/**
	 * Walks through an expression.
	 *
	 * @param location where the annotation stands
	 * @param text the expression
	 * @param variables the variables it may use
	 */
	private record Check(String location, String text, LockVariables variables) {

		void check(SpelNode node, boolean onRoot) {
			if (node instanceof VariableReference) {
				checkVariable(node.toStringAST().substring(1));
			}
			else if (node instanceof FunctionReference) {
				throw invalid("calls the function %s, but there are no functions".formatted(node.toStringAST()),
						"Call a method of an argument, or of a bean as in @bean.method().");
			}
			else if (node instanceof Assign || node instanceof OpInc || node instanceof OpDec) {
				throw invalid("changes a value", "Write an expression without side effects; to compare, use ==.");
			}
			else if (node instanceof ConstructorReference && concatenates(node)) {
				throw invalid("concatenates inside of 'new', where a part without a text goes unnoticed",
						"Put the concatenation outside of it, or use {...} for several keys.");
			}
			else if (onRoot && node instanceof PropertyOrFieldReference property) {
				checkRootProperty(property.getName());
			}
			// The keys of a map look like properties. What follows in a compound is a
			// property of what comes before
			boolean childrenOnRoot = onRoot && !(node instanceof InlineMap);
			for (int i = 0; i < node.getChildCount(); i++) {
				check(node.getChild(i), childrenOnRoot && (i == 0 || !(node instanceof CompoundExpression)));
			}
		}

		private static boolean concatenates(SpelNode node) {
			return node instanceof OpPlus
					|| IntStream.range(0, node.getChildCount()).mapToObj(node::getChild).anyMatch(Check::concatenates);
		}

		private void checkVariable(String name) {
			if (name.equals("root") || name.equals("this") || this.variables.positionOf(name) != null) {
				return;
			}
			if (!this.variables.areNamed()) {
				throw invalid(
						"uses '#%s', but the parameter names of the method are not in its class file".formatted(name),
						"Compile with -parameters, or use positions: %s.".formatted(this.variables.describe()));
			}
			throw invalid("uses '#%s', which is no parameter of the method".formatted(name),
					"Use one of %s.".formatted(this.variables.describe()));
		}

		private void checkRootProperty(String name) {
			if (LockExpressionRoot.PROPERTIES.contains(name)) {
				return;
			}
			throw invalid("uses '%s', which is no property of #root".formatted(name),
					"Write '#%1$s' for a parameter, or ''%1$s'' in single quotes for a text.".formatted(name));
		}

		private InvalidLockDefinitionException invalid(String problem, String action) {
			return new InvalidLockDefinitionException(this.location, "Its key '%s' %s.".formatted(this.text, problem),
					action, null);
		}

	}

}
