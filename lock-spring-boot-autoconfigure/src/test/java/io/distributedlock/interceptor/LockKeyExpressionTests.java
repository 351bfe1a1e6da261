package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.InvalidLockKeyException;
import org.aopalliance.intercept.MethodInvocation;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LockKeyExpression}.
 */
class LockKeyExpressionTests {

	private static final Method METHOD = method();

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	private final EvaluationContext context = LockEvaluationContext.shared(this.beanFactory);

	@ParameterizedTest
	@ValueSource(strings = { "#first", "#p0", "#a0", "#root.args[0]", "args[0]", "#first.toString()", "#this.args[0]" })
	void usesArgument(String expression) {
		assertThat(evaluate(expression, "42", "43")).containsExactly("42");
	}

	@ParameterizedTest
	@ValueSource(strings = { "#second", "#p1", "#a1", "#root.args[1]" })
	void usesSecondArgument(String expression) {
		assertThat(evaluate(expression, "42", "43")).containsExactly("43");
	}

	@Test
	void usesPropertyOfArgument() {
		assertThat(evaluate("#first.id + '/' + #second[1].id", new Order(1L), List.of("x", new Order(2L))))
			.containsExactly("1/2");
	}

	@Test
	void usesMethodOfCall() {
		assertThat(evaluate("#root.methodName")).containsExactly("call");
		assertThat(evaluate("methodName")).containsExactly("call");
		assertThat(evaluate("#root.method.name")).containsExactly("call");
	}

	@Test
	void usesTargetOfCall() {
		assertThat(evaluate("#root.target.tenant")).containsExactly("acme");
	}

	@Test
	void usesTargetClassOfCall() {
		assertThat(evaluate("#root.targetClass.simpleName")).containsExactly("Target");
	}

	@Test
	void seesTargetClassBehindProxy() {
		MethodInvocation invocation = invocation("42");
		given(invocation.getThis()).willReturn(new ProxyFactory(new Target()).getProxy());
		assertThat(parse("#root.targetClass.simpleName").evaluate(invocation)).containsExactly("Target");
	}

	@Test
	void usesDeclaringClassWhenThereIsNoTarget() {
		MethodInvocation invocation = mock(MethodInvocation.class);
		given(invocation.getMethod()).willReturn(ReflectionUtils.findMethod(Runnable.class, "run"));
		given(invocation.getArguments()).willReturn(new Object[0]);
		assertThat(parse("#root.targetClass.simpleName").evaluate(invocation)).containsExactly("Runnable");
	}

	@Test
	void usesBean() {
		this.beanFactory.registerSingleton("tenants", new Target());
		assertThat(evaluate("@tenants.tenant + ':' + #first", 42)).containsExactly("acme:42");
	}

	@Test
	void loadsTypesWithClassLoaderOfTheApplication() {
		List<String> loaded = new ArrayList<>();
		this.beanFactory.setBeanClassLoader(new ClassLoader(getClass().getClassLoader()) {

			@Override
			public Class<?> loadClass(String name) throws ClassNotFoundException {
				loaded.add(name);
				return super.loadClass(name);
			}

		});
		EvaluationContext ownContext = LockEvaluationContext.shared(this.beanFactory);
		LockKeyExpression key = new LockKeyExpressionParser(new SpelExpressionParser(), ownContext).parse("here",
				"T(java.util.UUID).simpleName", LockVariables.of(METHOD));
		assertThat(key.evaluate(invocation())).containsExactly("UUID");
		assertThat(loaded).contains("java.util.UUID");
	}

	@ParameterizedTest
	@MethodSource("valuesAndTexts")
	void convertsValueToText(Object value, String text) {
		assertThat(evaluate("('k' + #first).trim()", value)).containsExactly("k" + text.trim());
		assertThat(evaluate("#first", value)).containsExactly(text);
		assertThat(evaluate("{#first}", value)).containsExactly(text);
		assertThat(evaluate("'k' + #first", value)).containsExactly("k" + text);
	}

	static Stream<Arguments> valuesAndTexts() {
		UUID uuid = UUID.fromString("6f2a5f0e-7e33-4d2c-9f5b-9a3f0f3a8a11");
		return Stream.of(Arguments.of("a b", "a b"), Arguments.of("user@example.org", "user@example.org"),
				Arguments.of(new StringBuilder("text"), "text"), Arguments.of(42, "42"),
				Arguments.of(Long.MAX_VALUE, "9223372036854775807"), Arguments.of(new BigDecimal("1.50"), "1.50"),
				Arguments.of(true, "true"), Arguments.of('x', "x"), Arguments.of(uuid, uuid.toString()),
				Arguments.of(TimeUnit.SECONDS, "SECONDS"), Arguments.of(Verbose.ON, "ON"),
				Arguments.of(LocalDate.of(2026, 11, 1), "2026-11-01"), Arguments.of(Duration.ofMinutes(5), "PT5M"),
				Arguments.of(Date.from(Instant.parse("2026-11-01T10:00:00Z")), "2026-11-01T10:00:00Z"),
				Arguments.of(Optional.of(7), "7"), Arguments.of(OptionalInt.of(7), "7"),
				Arguments.of(OptionalLong.of(7), "7"), Arguments.of(OptionalDouble.of(0.5), "0.5"),
				Arguments.of(new OrderId(7), "OrderId[value=7]"), Arguments.of(new Email("bob@cafe"), "bob@cafe"));
	}

	@Test
	void wordsThatAreNamesInAMapAreNoPropertiesOfTheCall() {
		assertThat(evaluate("{text: #first, other: #second}['text']", "a", "b")).containsExactly("a");
		assertThat(evaluate("{text: {inner: #first}}['text']['inner']", "a")).containsExactly("a");
	}

	@Test
	void yieldsOneKeyPerElement() {
		assertThat(evaluate("#first", List.of("b", "a"))).containsExactly("b", "a");
		assertThat(evaluate("#first", new TreeSet<>(Set.of(2, 1)))).containsExactly("1", "2");
		assertThat(evaluate("#first", (Object) new String[] { "a", "b" })).containsExactly("a", "b");
		assertThat(evaluate("#first", new long[] { 3, 4 })).containsExactly("3", "4");
		assertThat(evaluate("{#first, #second}", "a", 1)).containsExactly("a", "1");
		assertThat(evaluate("{'x' + #first, 'y' + #second}", "a", 1)).containsExactly("xa", "y1");
		assertThat(evaluate("#first.![id]", List.of(new Order(1L), new Order(2L)))).containsExactly("1", "2");
		assertThat(evaluate("#first.?[id > 1].![id]", List.of(new Order(1L), new Order(2L)))).containsExactly("2");
		assertThat(evaluate("#first", Optional.of(List.of("a")))).containsExactly("a");
	}

	@Test
	void dropsDuplicateElementsByTheirText() {
		assertThat(evaluate("#first", List.of("1", 1, 1L, "2"))).containsExactly("1", "2");
	}

	@Test
	void addsNumbersAsSpelDoes() {
		assertThat(evaluate("#first + #second", 1, 2)).containsExactly("3");
		assertThat(evaluate("#first + #second + ':' + #first + #second", 1, 2)).containsExactly("3:12");
	}

	@Test
	void evaluatesEachPartOfConcatenationOnce() {
		assertThat(evaluate("#first.incrementAndGet() + #first.incrementAndGet() + 1", new AtomicInteger()))
			.containsExactly("4");
		AtomicInteger counter = new AtomicInteger();
		assertThat(evaluate("'a' + #first.incrementAndGet() + 'b' + #first.incrementAndGet()", counter))
			.containsExactly("a1b2");
	}

	@Test
	void usesConditionAndDefault() {
		assertThat(evaluate("#first ?: 'none'", (Object) null)).containsExactly("none");
		assertThat(evaluate("#first == null ? 'none' : 'some' + #first", (Object) null)).containsExactly("none");
		assertThat(evaluate("'order:' + (#first ?: '-')", (Object) null)).containsExactly("order:-");
		assertThat(evaluate("#first?.id ?: 'none'", (Object) null)).containsExactly("none");
	}

	@Test
	void refusesNull() {
		assertThatKeyIsRefused("#first", (Object) null)
			.withMessage("The key '#first' of @DistributedLock on here is null. "
					+ "All calls without a value would share one lock: pass a value.");
		assertThatKeyIsRefused("#first.id", new Order(null)).withMessageContaining("is null");
		assertThatKeyIsRefused("#first", Optional.empty()).withMessageContaining("is null");
		assertThatKeyIsRefused("#first", OptionalInt.empty()).withMessageContaining("is null");
		assertThatKeyIsRefused("#first", OptionalLong.empty()).withMessageContaining("is null");
		assertThatKeyIsRefused("#first", OptionalDouble.empty()).withMessageContaining("is null");
		assertThatKeyIsRefused("#first", new NullText()).withMessageContaining("is blank");
	}

	@Test
	void refusesNullInConcatenation() {
		assertThatKeyIsRefused("'order:' + #first", (Object) null)
			.withMessage("The key ''order:' + #first' of @DistributedLock on here, part #first, is null. "
					+ "All calls without a value would share one lock: pass a value.");
		assertThatKeyIsRefused("#first + ':' + #second.id", 1, new Order(null))
			.withMessageContaining(", part #second.id, is null");
		assertThatKeyIsRefused("#first + ':x'", (Object) null).withMessageContaining(", part #first, is null");
		assertThatKeyIsRefused("{'a' + #first}", (Object) null).withMessageContaining(", part #first, is null");
	}

	@ParameterizedTest
	@ValueSource(strings = { "('o-' + #first).toLowerCase()", "{7}.!['o-' + #root.args[0]][0]",
			"#second ? 'o-' + #first : 'b'", "#second == false ? 'b' : #first + '-o'", "null ?: 'o-' + #first",
			"{{'o-' + #first}}[0][0]", "{a: 'o-' + #first}['a']", "{'o-null': 'found'}['o-' + #first]",
			"'x'.concat('o-' + #first)", "#first?.id ?: ('o-' + #first).trim() + 'x'", "('o-' + #first) + (1 + 2)" })
	void refusesPartThatHasNoTextWhereverItIsConcatenated(String expression) {
		assertThatKeyIsRefused(expression, null, true).withMessageContaining(" is null. ");
		if (!expression.contains("?.")) {
			assertThatKeyIsRefused(expression, new Order(1L), true).withMessageContaining("whose text differs");
		}
	}

	@Test
	void refusesNullInConcatenationOfEachElement() {
		assertThatKeyIsRefused("#first.!['o-' + id]", List.of(new Order(1L), new Order(null)))
			.withMessageContaining(", part id, is null");
		assertThatKeyIsRefused("#first.!['o-' + #this]", List.of(new Order(1L)))
			.withMessageContaining(", part #this, is a " + Order.class.getName());
	}

	@Test
	void refusesConcatenationWhereAPartWithoutTextWouldGoUnnoticed() {
		assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> parse("new String('o-' + #first)"))
			.withMessageContaining("Its key 'new String('o-' + #first)' concatenates inside of 'new'");
	}

	@Test
	void concatenatesAnywhereInAnExpression() {
		Order order = new Order(7L);
		assertThat(evaluate("('Order-' + #first.id).toLowerCase()", order)).containsExactly("order-7");
		assertThat(evaluate("('a' + #first)?.concat('b' + #second)", 1, 2)).containsExactly("a1b2");
		assertThat(evaluate("#first.!['o-' + id]", List.of(order, new Order(8L)))).containsExactly("o-7", "o-8");
		assertThat(evaluate("#first.?[id > 7].!['o-' + id]", List.of(order, new Order(8L)))).containsExactly("o-8");
		assertThat(evaluate("#first?.!['o-' + id] ?: 'none'", (Object) null)).containsExactly("none");
		assertThat(evaluate("#first ? 'a' + #second : 'b'", true, 1)).containsExactly("a1");
		assertThat(evaluate("#first ? 'a' + #second : 'b'", false, null)).containsExactly("b");
		assertThat(evaluate("#first ?: 'o-' + #second", null, 1)).containsExactly("o-1");
		assertThat(evaluate("#first ?: 'o-' + #second", "", 1)).containsExactly("o-1");
		assertThat(evaluate("#first ?: 'o-' + #second", "x", null)).containsExactly("x");
		assertThat(evaluate("{a: 'o-' + #first}['a']", 1)).containsExactly("o-1");
		assertThat(evaluate("{'o-1': 'found'}['o-' + #first]", 1)).containsExactly("found");
		assertThat(evaluate("#first[1 + 1]", List.of("a", "b", "c"))).containsExactly("c");
		assertThat(evaluate("#first == 'a' + #second ? 'same' : 'other'", "a1", 1)).containsExactly("same");
		assertThat(evaluate("'k' + T(java.lang.Math).max(#first + 1, +2)", 4)).containsExactly("k5");
	}

	@Test
	void conditionIsTrueOrFalse() {
		assertThatKeyIsRefused("#first ? 'a' + #second : 'b'", "maybe", 1)
			.withMessageContaining("could not be evaluated");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\t\n" })
	void refusesBlank(String value) {
		assertThatKeyIsRefused("#first", value).withMessage("The key '#first' of @DistributedLock on here is blank. "
				+ "All calls without a value would share one lock: pass a value.");
	}

	@Test
	void refusesObjectThatHasNoTextButItsIdentity() {
		assertThatKeyIsRefused("#first", new Order(1L)).withMessage("The key '#first' of @DistributedLock on here is a "
				+ Order.class.getName() + ", whose text differs from JVM to JVM: the lock would exclude nobody. "
				+ "Use the property that identifies it, or override toString().");
		assertThatKeyIsRefused("'order:' + #first", new Order(1L))
			.withMessageContaining(", part #first, is a " + Order.class.getName());
		assertThatKeyIsRefused("{#first}", new Order(1L)).withMessageContaining(", element 0, is a ");
		assertThatKeyIsRefused("#first", new Order(1L) {
		}).withMessageContaining("whose text differs");
		assertThatKeyIsRefused("#first", proxyOf(new Order(1L))).withMessageContaining("whose text differs");
		assertThatKeyIsRefused("#first", (Runnable) () -> {
		}).withMessageContaining("whose text differs");
		assertThatKeyIsRefused("#first", Stream.of("a")).withMessageContaining("whose text differs");
		assertThatKeyIsRefused("#root").withMessageContaining("whose text differs");
		assertThatKeyIsRefused("#root.target").withMessageContaining("whose text differs");
	}

	@Test
	void refusesEmptyCollection() {
		assertThatKeyIsRefused("#first", List.of())
			.withMessage("The key '#first' of @DistributedLock on here is empty. "
					+ "A call without any key would not be locked: pass at least one, or do not call.");
		assertThatKeyIsRefused("#first", (Object) new String[0]).withMessageContaining("is empty");
	}

	@Test
	void refusesElementThatIsNoKey() {
		assertThatKeyIsRefused("#first", Arrays.asList("a", "a", null)).withMessageContaining(", element 2, is null");
		assertThatKeyIsRefused("#first", List.of("a", " ")).withMessageContaining(", element 1, is blank");
		assertThatKeyIsRefused("#first", List.of(List.of("a"))).withMessageContaining(", element 0, is a java.util.");
		assertThatKeyIsRefused("#first", List.of(Map.of())).withMessageContaining(", element 0, is a java.util.");
		assertThatKeyIsRefused("#first", List.of(new long[] { 1 })).withMessageContaining(", element 0, is a [J");
	}

	@Test
	void refusesMap() {
		assertThatKeyIsRefused("#first", new HashMap<>(Map.of("a", "b")))
			.withMessage("The key '#first' of @DistributedLock on here is a java.util.HashMap, which has no text that "
					+ "could be a key. Use the values that identify what is to be locked.");
	}

	@Test
	void refusesCollectionInConcatenation() {
		assertThatKeyIsRefused("'ids:' + #first", List.of("a"))
			.withMessageContaining(", part #first, is a java.util.ImmutableCollections$List12, which has no text");
	}

	@Test
	void refusesBytesAndCharacters() {
		assertThatKeyIsRefused("#first", (Object) new byte[] { 1 }).withMessageContaining(
				"is a byte[], which is neither a text nor a list of keys. Convert it to a text first.");
		assertThatKeyIsRefused("#first", (Object) new char[] { 'a' }).withMessageContaining("is a char[], which");
	}

	@Test
	void namesLocationAndExpressionWhenEvaluationFails() {
		assertThatKeyIsRefused("#first.missing", "42")
			.withMessageStartingWith(
					"The key '#first.missing' of @DistributedLock on here could not be evaluated: EL1008E")
			.withMessageEndingWith("Check the expression and the arguments.")
			.withCauseInstanceOf(SpelEvaluationException.class);
	}

	@Test
	void namesLocationAndExpressionWhenBeanFails() {
		IllegalArgumentException failure = new IllegalArgumentException("no tenant");
		this.beanFactory.registerSingleton("tenants", new Failing(failure));
		assertThatKeyIsRefused("@tenants.get()")
			.withMessageContaining("The key '@tenants.get()' of @DistributedLock on here could not be evaluated")
			.withMessageContaining("no tenant")
			.withCause(failure);
	}

	@Test
	void namesLocationWhenBeanDoesNotExist() {
		assertThatKeyIsRefused("@missing.tenant").withMessageContaining("'missing'");
	}

	@Test
	void namesFailureThatHasNoMessage() {
		this.beanFactory.registerSingleton("tenants", new Failing(new UnsupportedOperationException()));
		assertThatKeyIsRefused("@tenants.get()")
			.withMessageContaining("could not be evaluated: java.lang.UnsupportedOperationException. Check");
	}

	@Test
	void namesLocationWhenTextFails() {
		assertThatKeyIsRefused("#first", new FailingText()).withMessageContaining("could not be evaluated: no text")
			.withCauseInstanceOf(UnsupportedOperationException.class);
	}

	@Test
	void refusesUnknownVariable() {
		LockEvaluationContext callContext = new LockEvaluationContext(this.context,
				new LockExpressionRoot(invocation("42", "43")), LockVariables.of(METHOD));
		assertThat(callContext.lookupVariable("first")).isEqualTo("42");
		assertThatIllegalStateException().isThrownBy(() -> callContext.lookupVariable("frist"))
			.withMessage("There is no variable '#frist', only #p0, #a0, #p1, #a1, #first, #second, #root");
	}

	@Test
	void refusesAssignment() {
		LockEvaluationContext callContext = new LockEvaluationContext(this.context,
				new LockExpressionRoot(invocation("42", "43")), LockVariables.of(METHOD));
		SpelExpression assignment = new SpelExpressionParser().parseRaw("#first = 1");
		assertThatExceptionOfType(SpelEvaluationException.class).isThrownBy(() -> assignment.getValue(callContext))
			.withMessageContaining("EL1068E");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> callContext.setVariable("first", 1));
	}

	@Test
	void prefersNamesToPositions() {
		LockVariables variables = LockVariables
			.of(ReflectionUtils.findMethod(Target.class, "swapped", (Class<?>[]) null));
		assertThat(variables.positionOf("p1")).isEqualTo(0);
		assertThat(variables.positionOf("p0")).isEqualTo(1);
		assertThat(variables.positionOf("a0")).isEqualTo(0);
	}

	@Test
	void rootIsTheCallAlsoIfAParameterHasThatName() {
		Method method = ReflectionUtils.findMethod(Target.class, "shadowing", (Class<?>[]) null);
		LockKeyExpression key = new LockKeyExpressionParser(new SpelExpressionParser(), this.context).parse("here",
				"#root", LockVariables.of(method));
		assertThatExceptionOfType(InvalidLockKeyException.class).isThrownBy(() -> key.evaluate(invocation("42")))
			.withMessageContaining("LockExpressionRoot");
	}

	@Test
	void doesNotEvaluateLiteral() {
		LockKeyExpression literal = parse("'global'");
		assertThat(literal.constant()).isEqualTo("global");
		assertThat(parse("42").constant()).isEqualTo("42");
		assertThat(parse("#first").constant()).isNull();
		assertThat(parse("'a' + 'b'").constant()).isNull();
	}

	private ThrowableAssertAlternative<InvalidLockKeyException> assertThatKeyIsRefused(String expression,
			@Nullable Object... arguments) {
		return assertThatExceptionOfType(InvalidLockKeyException.class)
			.isThrownBy(() -> evaluate(expression, arguments));
	}

	private Collection<String> evaluate(String expression, @Nullable Object... arguments) {
		return parse(expression).evaluate(invocation(arguments));
	}

	private LockKeyExpression parse(String expression) {
		return new LockKeyExpressionParser(new SpelExpressionParser(), this.context).parse("here", expression,
				LockVariables.of(METHOD));
	}

	private static MethodInvocation invocation(@Nullable Object... arguments) {
		MethodInvocation invocation = mock(MethodInvocation.class);
		given(invocation.getMethod()).willReturn(METHOD);
		given(invocation.getThis()).willReturn(new Target());
		given(invocation.getArguments()).willReturn(arguments);
		return invocation;
	}

	private static Order proxyOf(Order order) {
		ProxyFactory factory = new ProxyFactory(order);
		factory.setProxyTargetClass(true);
		return (Order) factory.getProxy();
	}

	private static Method method() {
		Method method = ReflectionUtils.findMethod(Target.class, "call", Object.class, Object.class);
		assertThat(method).isNotNull();
		return method;
	}

	public static class Target {

		public String getTenant() {
			return "acme";
		}

		public void call(Object first, Object second) {
		}

		public void swapped(Object p1, Object p0) {
		}

		public void shadowing(Object root) {
		}

	}

	public static class Order {

		private final @Nullable Long id;

		Order(@Nullable Long id) {
			this.id = id;
		}

		public @Nullable Long getId() {
			return this.id;
		}

	}

	public record OrderId(long value) {

	}

	public record Email(String address) {

		@Override
		public String toString() {
			return this.address;
		}

	}

	public static class NullText {

		@Override
		public String toString() {
			return null;
		}

	}

	public static class FailingText {

		@Override
		public String toString() {
			throw new UnsupportedOperationException("no text");
		}

	}

	record Failing(RuntimeException failure) implements Supplier<String> {

		@Override
		public String get() {
			throw this.failure;
		}

	}

	public enum Verbose {

		ON;

		@Override
		public String toString() {
			return "switched on";
		}

	}

}
