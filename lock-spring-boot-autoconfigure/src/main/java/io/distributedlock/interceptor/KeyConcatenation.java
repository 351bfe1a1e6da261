package io.distributedlock.interceptor;

import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.ExpressionState;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineList;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.ast.Ternary;

/**
 * Stands for {@code +} in a key expression. That of SpEL makes "null" of null, and takes
 * whatever text an object has; this one is as strict with the parts of a text as with a
 * whole key.
 */
final class KeyConcatenation extends SpelNodeImpl {

	private final OpPlus replaced;

	private final LockKeyTexts texts;

	private KeyConcatenation(OpPlus replaced, SpelNodeImpl[] operands, LockKeyTexts texts) {
		super(replaced.getStartPosition(), replaced.getEndPosition(), operands);
		this.replaced = replaced;
		this.texts = texts;
	}

	/**
	 * Replace {@code +} wherever it may yield a text that gets into the key. What stands
	 * in a comparison or a selection does not.
	 * @param node an expression
	 * @param texts makes texts of the parts
	 * @return the same expression, or another one in its place
	 */
	static SpelNodeImpl replaceIn(SpelNodeImpl node, LockKeyTexts texts) {
		SpelNodeImpl[] children = new SpelNodeImpl[node.getChildCount()];
		boolean changed = false;
		for (int i = 0; i < children.length; i++) {
			SpelNodeImpl child = (SpelNodeImpl) node.getChild(i);
			children[i] = replaceIn(child, texts);
			changed = changed || children[i] != child;
		}
		if (node instanceof OpPlus plus && children.length == 2) {
			return new KeyConcatenation(plus, children, texts);
		}
		return changed ? copy(node, children) : node;
	}

	private static SpelNodeImpl copy(SpelNodeImpl node, SpelNodeImpl[] children) {
		int start = node.getStartPosition();
		int end = node.getEndPosition();
		if (node instanceof CompoundExpression) {
			return new CompoundExpression(start, end, children);
		}
		if (node instanceof MethodReference method) {
			return new MethodReference(method.isNullSafe(), method.getName(), start, end, children);
		}
		if (node instanceof Projection projection) {
			return new Projection(projection.isNullSafe(), start, end, children[0]);
		}
		if (node instanceof Indexer indexer) {
			return new Indexer(indexer.isNullSafe(), start, end, children[0]);
		}
		if (node instanceof Ternary) {
			return new Ternary(start, end, children);
		}
		if (node instanceof Elvis) {
			return new Elvis(start, end, children);
		}
		if (node instanceof InlineList) {
			return new InlineList(start, end, children);
		}
		if (node instanceof InlineMap) {
			return new InlineMap(start, end, children);
		}
		return node;
	}

	@Override
	public TypedValue getValueInternal(ExpressionState state) {
		TypedValue left = this.children[0].getValueInternal(state);
		TypedValue right = this.children[1].getValueInternal(state);
		if (left.getValue() instanceof String || right.getValue() instanceof String) {
			return new TypedValue(this.texts.part(this.children[0], left.getValue())
					+ this.texts.part(this.children[1], right.getValue()));
		}
		return new OpPlus(getStartPosition(), getEndPosition(), new Operand(this.children[0], left),
				new Operand(this.children[1], right))
			.getValueInternal(state);
	}

	@Override
	public String toStringAST() {
		return this.replaced.toStringAST();
	}

	/**
	 * An operand whose value is known.
	 */
	private static final class Operand extends SpelNodeImpl {

		private final SpelNodeImpl node;

		private final TypedValue value;

		Operand(SpelNodeImpl node, TypedValue value) {
			super(node.getStartPosition(), node.getEndPosition());
			this.node = node;
			this.value = value;
		}

		@Override
		public TypedValue getValueInternal(ExpressionState state) {
			return this.value;
		}

		@Override
		public String toStringAST() {
			return this.node.toStringAST();
		}

	}

}
