package io.distributedlock.interceptor;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.ConstructorResolver;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.IndexAccessor;
import org.springframework.expression.MethodResolver;
import org.springframework.expression.OperatorOverloader;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeComparator;
import org.springframework.expression.TypeConverter;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeConverter;
import org.springframework.expression.spel.support.StandardTypeLocator;

/**
 * What a key expression sees during one call: its arguments and the call itself.
 * Everything else is shared. A variable that does not exist is an error rather than null,
 * and nothing can be assigned.
 */
final class LockEvaluationContext implements EvaluationContext {

	private final EvaluationContext shared;

	private final TypedValue root;

	private final LockVariables variables;

	private final @Nullable Object[] arguments;

	LockEvaluationContext(EvaluationContext shared, LockExpressionRoot root, LockVariables variables) {
		this.shared = shared;
		this.root = new TypedValue(root);
		this.variables = variables;
		this.arguments = root.arguments();
	}

	/**
	 * Create what all calls share.
	 * @param beanFactory knows the beans and the class loader
	 * @return the shared context
	 */
	static EvaluationContext shared(ConfigurableBeanFactory beanFactory) {
		StandardEvaluationContext context = new StandardEvaluationContext();
		context.addPropertyAccessor(new LockExpressionRoot.Accessor());
		context.setBeanResolver(new BeanFactoryResolver(beanFactory));
		context.setTypeLocator(new StandardTypeLocator(beanFactory.getBeanClassLoader()));
		context.setTypeConverter(new StandardTypeConverter());
		return context;
	}

	@Override
	public TypedValue getRootObject() {
		return this.root;
	}

	@Override
	public @Nullable Object lookupVariable(String name) {
		Integer position = this.variables.positionOf(name);
		if (position == null) {
			throw new IllegalStateException(
					"There is no variable '#%s', only %s".formatted(name, this.variables.describe()));
		}
		return this.arguments[position];
	}

	@Override
	public void setVariable(String name, @Nullable Object value) {
		throw new UnsupportedOperationException("'#%s' cannot be assigned".formatted(name));
	}

	@Override
	public boolean isAssignmentEnabled() {
		return false;
	}

	@Override
	public List<PropertyAccessor> getPropertyAccessors() {
		return this.shared.getPropertyAccessors();
	}

	@Override
	public List<IndexAccessor> getIndexAccessors() {
		return this.shared.getIndexAccessors();
	}

	@Override
	public List<ConstructorResolver> getConstructorResolvers() {
		return this.shared.getConstructorResolvers();
	}

	@Override
	public List<MethodResolver> getMethodResolvers() {
		return this.shared.getMethodResolvers();
	}

	@Override
	public @Nullable BeanResolver getBeanResolver() {
		return this.shared.getBeanResolver();
	}

	@Override
	public TypeLocator getTypeLocator() {
		return this.shared.getTypeLocator();
	}

	@Override
	public TypeConverter getTypeConverter() {
		return this.shared.getTypeConverter();
	}

	@Override
	public TypeComparator getTypeComparator() {
		return this.shared.getTypeComparator();
	}

	@Override
	public OperatorOverloader getOperatorOverloader() {
		return this.shared.getOperatorOverloader();
	}

}
