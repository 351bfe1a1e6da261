package io.distributedlock.interceptor;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import io.distributedlock.OnLost;
import io.distributedlock.OnStoreFailure;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.implementation.StubMethod;
import org.aopalliance.intercept.MethodInvocation;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.PropertyPlaceholderHelper;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LockAnnotationParser}, {@link LockKeyExpressionParser} and
 * {@link LockedMethod}: what an annotation means, and which ones are refused.
 */
class LockAnnotationParserTests {

	private static final String LENIENT = "${left.as.it.is}";

	private Map<String, LockOverride> overrides = Map.of();

	private @Nullable Duration maxTtl;

	private boolean lenient;

	private final Map<String, String> properties = Map.of("lock.name", "orders", "lock.ttl", "20s", "lock.wait",
			"1m30s", "lock.renew", "true", "lock.empty", "");

	@Test
	void resolvesPlaceholders() {
		assertThat(spec(Placeholders.class)).isEqualTo(LockSpec.of("orders")
			.withName("orders")
			.withTtl(Duration.ofSeconds(20))
			.withWaitTime(Duration.ofSeconds(90))
			.withRenew(true));
	}

	@Test
	void usesDefaultsWherePlaceholdersAreEmpty() {
		assertThat(spec(EmptyPlaceholders.class)).isEqualTo(LockSpec.of("orders").withName("orders"));
	}

	@ParameterizedTest
	@ValueSource(classes = { Seconds.class, Iso.class, Milliseconds.class, PlainMilliseconds.class, Composite.class,
			Spaces.class })
	void readsDurations(Class<?> type) {
		assertThat(spec(type).ttl()).isEqualTo(Duration.ofSeconds(10));
		assertThat(spec(type).waitTime()).isEqualTo(Duration.ZERO);
	}

	@Test
	void readsRenewIgnoringCase() {
		assertThat(spec(RenewTrue.class).renew()).isTrue();
		assertThat(spec(RenewFalse.class).renew()).isFalse();
	}

	@Test
	void shortestTimeToHoldMayBeTheLongest() {
		assertThat(spec(MinHoldIsMaxHold.class).minHold()).isEqualTo(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(classes = { ListOfOneKeyWithLease.class, ConcatenatedKeyWithLease.class })
	void oneKeyNeedsOneLease(Class<?> type) {
		assertThat(source(true).hasOperations(type)).isTrue();
	}

	/**
	 * A new attribute is to be set there, so that the tests fail if it is ignored.
	 */
	@Test
	void attributesAreAllSetWhereTheirEffectIsTested() throws Exception {
		DistributedLock annotation = EverythingSet.class.getDeclaredMethod("run").getAnnotation(DistributedLock.class);
		assertThat(DistributedLock.class.getDeclaredMethods())
			.filteredOn((attribute) -> attribute.getDefaultValue()
				.equals(ReflectionUtils.invokeMethod(attribute, annotation)))
			.extracting(Method::getName)
			.as("tested by LockInterceptorTests and LockPoliciesTests")
			.containsExactlyInAnyOrder("key", "onContention", "fallback");
	}

	@Test
	void namesLockAfterClassOfTargetAndMethod() {
		assertThat(spec(Inheriting.class).name()).isEqualTo("Inheriting.run");
	}

	@Test
	void namesLockOfAnonymousClass() {
		Object target = new Seconds() {
		};
		assertThat(spec(target.getClass()).name()).startsWith("LockAnnotationParserTests.").endsWith(".run");
	}

	@ParameterizedTest
	@MethodSource("refusals")
	void refuses(Class<?> type, String problem, String action) {
		assertThatDefinitionIsRefused(type).satisfies((ex) -> {
			assertThat(ex.getProblem()).isEqualTo(problem);
			assertThat(ex.getAction()).isEqualTo(action);
			assertThat(ex.getLocation()).isEqualTo(type.getName() + ".run()");
		});
	}

	static Stream<Arguments> refusals() {
		return Stream.of(
				Arguments.of(NeitherKeyNorName.class, "It has neither a key nor a name.",
						"Set key to a SpEL expression for one lock per value, or name for one lock for all calls."),
				Arguments.of(IllegalName.class, "Its name 'orders::eu' is not allowed.",
						"Use only the letters a-z and A-Z, digits, '.', '_' and '-'."),
				Arguments.of(IllegalResolvedName.class,
						"Its name '${lock.wait}!' (resolved to '1m30s!') is not allowed.",
						"Use only the letters a-z and A-Z, digits, '.', '_' and '-'."),
				Arguments.of(EmptyName.class, "Its name '${lock.empty}' (resolved to '') is not allowed.",
						"Use only the letters a-z and A-Z, digits, '.', '_' and '-'."),
				Arguments.of(UnresolvableName.class, "Its name '${missing}' cannot be resolved.",
						"Define the property, or add a default as in ${property:default}."),
				Arguments.of(UnresolvedName.class, "Its name '${left.as.it.is}' cannot be resolved.",
						"Define the property, or add a default as in ${property:default}."),
				Arguments.of(NoDuration.class, "Its ttl '10 parsecs' is no duration.",
						"Write it like 10s, 500ms, 1m30s, PT10S, or as a number of milliseconds."),
				Arguments.of(NoWaitDuration.class, "Its waitTime '${lock.name}' (resolved to 'orders') is no duration.",
						"Write it like 10s, 500ms, 1m30s, PT10S, or as a number of milliseconds."),
				Arguments.of(HugeDuration.class, "Its ttl '99999999999999999999s' is no duration.",
						"Write it like 10s, 500ms, 1m30s, PT10S, or as a number of milliseconds."),
				Arguments.of(ShortTtl.class, "Its ttl '99ms' is out of range.",
						"'ttl' must be from 100 ms to 365 days but is PT0.099S."),
				Arguments.of(NegativeTtl.class, "Its ttl '-10s' is out of range.",
						"'ttl' must be from 100 ms to 365 days but is PT-10S."),
				Arguments.of(NegativeWaitTime.class, "Its waitTime '-1' is out of range.",
						"'waitTime' must be from 0 to 365 days but is PT-0.001S."),
				Arguments.of(LongWaitTime.class, "Its waitTime '366d' is out of range.",
						"'waitTime' must be from 0 to 365 days but is PT8784H."),
				Arguments.of(BadRenew.class, "Its renew 'yes' is neither true nor false.",
						"Write \"true\", \"false\", or leave it empty for the default."),
				Arguments.of(BlankConstant.class,
						"Its key '''' is the same for all calls and no key. The key '''' of @DistributedLock on "
								+ BlankConstant.class.getName() + ".run() is blank. "
								+ "All calls without a value would share one lock: pass a value.",
						"Write a SpEL expression that yields a text for each call."),
				Arguments.of(NullConstant.class,
						"Its key 'null' is the same for all calls and no key. The key 'null' of @DistributedLock on "
								+ NullConstant.class.getName() + ".run() is null. "
								+ "All calls without a value would share one lock: pass a value.",
						"Write a SpEL expression that yields a text for each call."),
				Arguments.of(TemplateKey.class, "Its key '#{#id}' is a template.",
						"Write plain SpEL without '#{' and '${', such as key = \"#orderId\"."),
				Arguments.of(PlaceholderKey.class, "Its key ''${lock.name}'' is a template.",
						"Write plain SpEL without '#{' and '${', such as key = \"#orderId\"."),
				Arguments.of(FunctionKey.class,
						"Its key '#md5(1)' calls the function #md5(1), but there are no functions.",
						"Call a method of an argument, or of a bean as in @bean.method()."),
				Arguments.of(BareWordKey.class, "Its key 'orders' uses 'orders', which is no property of #root.",
						"Write '#orders' for a parameter, or ''orders'' in single quotes for a text."),
				Arguments.of(ProjectedCallKey.class, "Its key '![id]' uses 'id', which is no property of #root.",
						"Write '#id' for a parameter, or ''id'' in single quotes for a text."),
				Arguments.of(NoParameterKey.class, "Its key '#p0' uses '#p0', which is no parameter of the method.",
						"Use one of #root."),
				Arguments.of(PrivateMethod.class,
						"The method is private, and a proxy does not intercept it: it would run without the lock.",
						"Annotate a method that other beans call, or use LockOperations in the code."),
				Arguments.of(StaticMethod.class,
						"The method is static, and a proxy does not intercept it: it would run without the lock.",
						"Annotate a method that other beans call, or use LockOperations in the code."),
				Arguments.of(FinalMethod.class,
						"The method is final, and a proxy that is a subclass does not intercept it: it would run "
								+ "without the lock.",
						"Remove final, or use LockOperations in the code."),
				Arguments.of(SkippedInt.class,
						"onContention is SKIP, but the method returns int, for which there is no empty value.",
						"Use THROW, or return an object type such as Optional."),
				Arguments.of(SkippedBoolean.class,
						"onContention is SKIP, but the method returns boolean, for which there is no empty value.",
						"Use THROW, or return an object type such as Optional."),
				Arguments.of(ShortMaxHold.class, "Its maxHold '99ms' is out of range.",
						"'maxHold' must be from 100 ms to 365 days but is PT0.099S."),
				Arguments.of(NegativeMinHold.class, "Its minHold '-1s' is out of range.",
						"'minHold' must be from 100 ms to 365 days but is PT-1S."),
				Arguments.of(MinHoldLongerThanMaxHold.class, "Its minHold 10s is longer than its maxHold 5s.",
						"Let the shortest time to hold the lock be at most the longest one."),
				Arguments.of(SkippedIntOnStoreFailure.class,
						"onStoreFailure is SKIP, but the method returns int, for which there is no empty value.",
						"Use THROW, or return an object type such as Optional."),
				Arguments.of(SameKeyTwice.class, "It locks the key 'orders::all' twice.",
						"Remove one of the annotations, or give them different keys."));
	}

	@Test
	void refusesNameWhenClassFileHasNoParameterNames() {
		Class<?> type = withoutParameterNames("#orderId");
		assertThatDefinitionIsRefused(type).withMessage("Invalid @DistributedLock on example.Orders.run(String, long): "
				+ "Its key '#orderId' uses '#orderId', but the parameter names of the method are not in its class file. "
				+ "Compile with -parameters, or use positions: #p0, #a0, #p1, #a1, #root.");
	}

	@Test
	void acceptsPositionWhenClassFileHasNoParameterNames() {
		assertThat(source(true).hasOperations(withoutParameterNames("#p0 + ':' + #a1"))).isTrue();
	}

	@Test
	void refusesUnknownVariableAndNamesThoseThereAre() {
		assertThatDefinitionIsRefused(UnknownVariable.class)
			.withMessage("Invalid @DistributedLock on " + UnknownVariable.class.getName() + ".pay(String, long): "
					+ "Its key ''order:' + #orderID' uses '#orderID', which is no parameter of the method. "
					+ "Use one of #p0, #a0, #p1, #a1, #orderId, #amount, #root.");
	}

	@ParameterizedTest
	@ValueSource(classes = { PositionOutOfRange.class, UnknownInProjection.class, UnknownInBranch.class,
			UnknownInArgument.class, UnknownInIndex.class, UnknownInMethodAnnotation.class })
	void findsUnknownVariableEverywhere(Class<?> type) {
		assertThatDefinitionIsRefused(type)
			.satisfies((ex) -> assertThat(ex.getProblem()).contains("which is no parameter of the method"));
	}

	@ParameterizedTest
	@ValueSource(classes = { Assigning.class, Incrementing.class, Decrementing.class })
	void refusesExpressionThatChangesSomething(Class<?> type) {
		assertThatDefinitionIsRefused(type).satisfies((ex) -> {
			assertThat(ex.getProblem()).endsWith("' changes a value.");
			assertThat(ex.getAction()).isEqualTo("Write an expression without side effects; to compare, use ==.");
		});
	}

	@Test
	void refusesUnparsableExpression() {
		assertThatDefinitionIsRefused(Unparsable.class).satisfies((ex) -> {
			assertThat(ex.getProblem()).startsWith("Its key '#id +' is no SpEL expression: ");
			assertThat(ex.getAction())
				.isEqualTo("Write a SpEL expression, such as key = \"#orderId\", or put text into single quotes.");
			assertThat(ex).hasCauseInstanceOf(ParseException.class);
		});
		assertThatDefinitionIsRefused(BlankKey.class)
			.satisfies((ex) -> assertThat(ex.getProblem()).startsWith("Its key ' ' is no SpEL expression: "));
	}

	@Test
	void acceptsWhatIsKnownToTheExpression() {
		assertThat(source(true).hasOperations(Accepted.class)).isTrue();
	}

	@Test
	void refusesMethodOfAnnotatedClassForWhichTheKeyHasNoMeaning() {
		assertThatDefinitionIsRefused(OnClass.class).satisfies((ex) -> {
			assertThat(ex.getLocation())
				.isEqualTo("%1$s (for its method %1$s.size())".formatted(OnClass.class.getName()));
			assertThat(ex.getProblem()).isEqualTo("Its key '#id' uses '#id', which is no parameter of the method.");
		});
	}

	@Test
	void refusesFinalMethodOfAnnotatedClass() {
		assertThatDefinitionIsRefused(FinalMethodInAnnotatedClass.class)
			.satisfies((ex) -> assertThat(ex.getProblem()).startsWith("The method is final"));
	}

	@Test
	void acceptsFinalMethodOfInterfaceWhenProxiesImplementInterfaces() throws Exception {
		assertThat(source(false).hasOperations(FinalCall.class)).isTrue();
		assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> source(true).hasOperations(FinalCall.class));
		assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> source(false).hasOperations(FinalMethod.class));
	}

	@Test
	void refusesPrivateMethodOfSuperclass() {
		assertThatDefinitionIsRefused(ExtendsPrivateMethod.class)
			.satisfies((ex) -> assertThat(ex.getLocation()).isEqualTo(PrivateMethod.class.getName() + ".run()"));
	}

	@Test
	void checksAllMethodsOfClassAtOnce() {
		assertThatDefinitionIsRefused(SecondMethodIsWrong.class)
			.satisfies((ex) -> assertThat(ex.getLocation()).endsWith(".second()"));
	}

	@Test
	void acceptsSkipWithoutResult() {
		assertThat(source(true).hasOperations(SkippedVoid.class)).isTrue();
	}

	@Test
	void configurationOverridesTheAnnotation() {
		this.overrides = Map.of("orders",
				new LockOverride(true, Duration.ofSeconds(1), Duration.ofSeconds(2), true, Duration.ofSeconds(9),
						Duration.ofSeconds(4), false, OnContention.SKIP, OnStoreFailure.SKIP, OnLost.NOTIFY));
		LockRequest request = request(EverythingSet.class);
		assertThat(request.spec()).isEqualTo(LockSpec.of("orders")
			.withName("orders")
			.withTtl(Duration.ofSeconds(1))
			.withWaitTime(Duration.ofSeconds(2))
			.withRenew(true)
			.withMaxHold(Duration.ofSeconds(9))
			.withMinHold(Duration.ofSeconds(4))
			.withReentrant(false));
		assertThat(request.policies()).isEqualTo(new LockPolicies(OnContention.SKIP, null, OnStoreFailure.SKIP));
	}

	@Test
	void configurationThatSaysNothingLeavesTheAnnotationAsItIs() {
		LockRequest request = request(EverythingSet.class);
		this.overrides = Map.of("orders", LockOverride.NONE, "other",
				new LockOverride(null, Duration.ofSeconds(1), null, null, null, null, null, null, null, null));
		assertThat(request(EverythingSet.class)).isEqualTo(request);
		assertThat(request.spec()).isEqualTo(LockSpec.of("orders")
			.withName("orders")
			.withTtl(Duration.ofSeconds(20))
			.withWaitTime(Duration.ofSeconds(30))
			.withRenew(false)
			.withMaxHold(Duration.ofSeconds(40))
			.withMinHold(Duration.ofSeconds(10))
			.withFair(true)
			.withReentrant(false)
			.withOnLost(OnLost.INTERRUPT));
		assertThat(request.policies())
			.isEqualTo(new LockPolicies(OnContention.THROW, null, OnStoreFailure.PROCEED_UNLOCKED));
	}

	@ParameterizedTest
	@ValueSource(strings = { "NamedByClass.run", "namedbyclass-run", "NAMEDBYCLASSRUN" })
	void configurationFindsNamesThatEnvironmentVariablesCannotExpress(String name) {
		this.overrides = Map.of(name,
				new LockOverride(null, Duration.ofSeconds(1), null, null, null, null, null, null, null, null));
		assertThat(spec(NamedByClass.class).ttl()).isEqualTo(Duration.ofSeconds(1));
		assertThat(spec(EverythingSet.class).ttl()).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void exactNameTakesPrecedence() {
		this.overrides = Map.of("or-ders",
				new LockOverride(null, Duration.ofSeconds(1), null, null, null, null, null, null, null, null), "orders",
				new LockOverride(null, Duration.ofSeconds(2), null, null, null, null, null, null, null, null));
		assertThat(spec(EverythingSet.class).ttl()).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void annotationIsCheckedTogetherWithTheConfiguration() {
		this.overrides = Map.of("orders",
				new LockOverride(null, null, null, null, Duration.ofSeconds(5), null, null, null, null, null));
		assertThatDefinitionIsRefused(EverythingSet.class)
			.satisfies((ex) -> assertThat(ex.getProblem()).isEqualTo("Its minHold 10s is longer than its maxHold 5s. "
					+ "What 'distributed-lock.locks' says about 'orders' counts, too."));
		this.overrides = Map.of("orders",
				new LockOverride(null, null, null, null, null, null, null, OnContention.SKIP, null, null));
		assertThatDefinitionIsRefused(ReturnsInt.class).satisfies(
				(ex) -> assertThat(ex.getProblem()).startsWith("onContention is SKIP, but the method returns int"));
		this.overrides = Map.of("orders",
				new LockOverride(null, null, null, null, null, null, null, OnContention.FALLBACK, null, null));
		assertThatDefinitionIsRefused(ReturnsInt.class).satisfies(
				(ex) -> assertThat(ex.getProblem()).startsWith("onContention is FALLBACK, but there is no fallback."));
	}

	@Test
	void lockThatIsDisabledIsNotTaken() throws Exception {
		this.overrides = Map.of("orders",
				new LockOverride(false, null, null, null, null, null, null, null, null, null));
		LockOperationSource source = source(true);
		assertThat(source.hasOperations(EverythingSet.class)).isTrue();
		assertThat(source.getPlan(EverythingSet.class.getDeclaredMethod("run"), EverythingSet.class).isDisabled())
			.isTrue();
		LockPlan plan = source.getPlan(TwoNames.class.getDeclaredMethod("run"), TwoNames.class);
		assertThat(plan.isDisabled()).isFalse();
		assertThat(plan.prepare(mock(MethodInvocation.class), new LockFailures(() -> null, List::of)).specs())
			.extracting(LockSpec::key)
			.containsExactly("invoices");
	}

	@Test
	void timesThatTheStoreCannotKeepAreRefused() {
		this.maxTtl = Duration.ofSeconds(19);
		assertThatDefinitionIsRefused(LongTtl.class).satisfies((ex) -> {
			assertThat(ex.getProblem())
				.isEqualTo("Its ttl is PT20S, but the store keeps no lock for longer than PT19S.");
			assertThat(ex.getAction()).isEqualTo("Shorten it, or raise 'distributed-lock.redlock.max-ttl'.");
		});
		assertThatDefinitionIsRefused(LongMinHold.class)
			.satisfies((ex) -> assertThat(ex.getProblem()).startsWith("Its minHold is PT20S, but"));
		assertThat(source(true).hasOperations(LongTtlButShortMaxHold.class)).isTrue();
		this.maxTtl = Duration.ofSeconds(20);
		assertThat(source(true).hasOperations(LongTtl.class)).isTrue();
		assertThat(source(true).hasOperations(LongMinHold.class)).isTrue();
	}

	@Test
	void refusesFinalClass() throws Exception {
		assertThatDefinitionIsRefused(FinalClass.class).satisfies((ex) -> {
			assertThat(ex.getProblem()).isEqualTo("Its class is final, and there can be no proxy that is a subclass.");
			assertThat(ex.getAction())
				.isEqualTo("Remove final (in Kotlin, make the class open), or use LockOperations in the code.");
		});
		assertThat(source(false).hasOperations(FinalCallable.class)).isTrue();
		assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> source(true).hasOperations(FinalCallable.class));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void lenientSourceLetsTheCallsOfABrokenMethodFail(CapturedOutput output) throws Exception {
		this.lenient = true;
		LockOperationSource source = source(true);
		assertThat(source.hasOperations(SecondMethodIsWrong.class)).isTrue();
		assertThat(output).containsOnlyOnce("SecondMethodIsWrong.second(): ")
			.contains("Until then, each call of the method fails.");
		LockPlan plan = source.getPlan(SecondMethodIsWrong.class.getDeclaredMethod("second"),
				SecondMethodIsWrong.class);
		assertThat(plan.isDisabled()).isFalse();
		LockFailures failures = new LockFailures(() -> null, List::of);
		MethodInvocation invocation = mock(MethodInvocation.class);
		assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> plan.prepare(invocation, failures))
			.satisfies((ex) -> assertThat(ex.getLocation()).endsWith(".second()"));
		LockPlan sound = source.getPlan(SecondMethodIsWrong.class.getDeclaredMethod("run"), SecondMethodIsWrong.class);
		assertThat(sound.prepare(invocation, failures).specs()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(classes = { PrivateMethod.class, StaticMethod.class, FinalMethod.class, FinalClass.class })
	void lenientSourceRefusesWhatCouldNotEvenFail(Class<?> type) {
		this.lenient = true;
		assertThatDefinitionIsRefused(type);
	}

	@Test
	void describesOperation() throws Exception {
		assertThat(source(true).getPlan(Seconds.class.getDeclaredMethod("run"), Seconds.class).operations())
			.singleElement()
			.hasToString("@DistributedLock 'Seconds.run' on " + Seconds.class.getName() + ".run()");
	}

	private ThrowableAssertAlternative<InvalidLockDefinitionException> assertThatDefinitionIsRefused(Class<?> type) {
		return assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> source(true).hasOperations(type));
	}

	private LockSpec spec(Class<?> type) {
		return request(type).spec();
	}

	private LockRequest request(Class<?> type) {
		LockOperationSource source = source(true);
		assertThat(source.hasOperations(type)).isTrue();
		Method method = ReflectionUtils.findMethod(type, "run");
		assertThat(method).isNotNull();
		return source.getPlan(method, type)
			.prepare(mock(MethodInvocation.class), new LockFailures(() -> null, List::of))
			.requests()
			.get(0);
	}

	private LockOperationSource source(boolean classProxies) {
		PropertyPlaceholderHelper helper = new PropertyPlaceholderHelper("${", "}", ":", null, false);
		LockKeyExpressionParser keyParser = new LockKeyExpressionParser(new SpelExpressionParser(),
				LockEvaluationContext.shared(new DefaultListableBeanFactory()));
		LockAnnotationParser parser = new LockAnnotationParser(
				(value) -> value.equals(LENIENT) ? value : helper.replacePlaceholders(value, this.properties::get),
				keyParser, new LockOverrides(this.overrides), new LockLimits(this.maxTtl));
		return new LockOperationSource(parser, classProxies, this.lenient);
	}

	private static Class<?> withoutParameterNames(String key) {
		return new ByteBuddy().subclass(Object.class)
			.name("example.Orders")
			.defineMethod("run", void.class, Visibility.PUBLIC)
			.withParameters(String.class, long.class)
			.intercept(StubMethod.INSTANCE)
			.annotateMethod(lock("key", key))
			.make()
			.load(LockAnnotationParserTests.class.getClassLoader())
			.getLoaded();
	}

	private static AnnotationDescription lock(String attribute, String value) {
		return AnnotationDescription.Builder.ofType(DistributedLock.class).define(attribute, value).build();
	}

	static class Placeholders {

		@DistributedLock(name = "${lock.name}", ttl = "${lock.ttl}", waitTime = "${lock.wait}", renew = "${lock.renew}")
		void run() {
		}

	}

	static class EmptyPlaceholders {

		@DistributedLock(name = "orders", ttl = "${lock.empty}", waitTime = "${missing:}", renew = "${lock.empty}")
		void run() {
		}

	}

	static class Seconds {

		@DistributedLock(key = "'k'", ttl = "10s", waitTime = "0")
		void run() {
		}

	}

	static class Iso {

		@DistributedLock(key = "'k'", ttl = "PT10S", waitTime = "0")
		void run() {
		}

	}

	static class Milliseconds {

		@DistributedLock(key = "'k'", ttl = "10000ms", waitTime = "0")
		void run() {
		}

	}

	static class PlainMilliseconds {

		@DistributedLock(key = "'k'", ttl = "10000", waitTime = "0")
		void run() {
		}

	}

	static class Composite {

		@DistributedLock(key = "'k'", ttl = "0m10s", waitTime = "0")
		void run() {
		}

	}

	static class Spaces {

		@DistributedLock(key = "'k'", ttl = " 10s ", waitTime = "0")
		void run() {
		}

	}

	static class RenewTrue {

		@DistributedLock(name = "orders", renew = "TRUE")
		void run() {
		}

	}

	static class RenewFalse {

		@DistributedLock(name = "orders", renew = "false")
		void run() {
		}

	}

	static class Inheriting extends Seconds {

	}

	static class NeitherKeyNorName {

		@DistributedLock(ttl = "10s")
		void run() {
		}

	}

	static class IllegalName {

		@DistributedLock(name = "orders::eu")
		void run() {
		}

	}

	static class IllegalResolvedName {

		@DistributedLock(name = "${lock.wait}!")
		void run() {
		}

	}

	static class EmptyName {

		@DistributedLock(name = "${lock.empty}", key = "'k'")
		void run() {
		}

	}

	static class UnresolvableName {

		@DistributedLock(name = "${missing}")
		void run() {
		}

	}

	static class UnresolvedName {

		@DistributedLock(name = LENIENT)
		void run() {
		}

	}

	static class NoDuration {

		@DistributedLock(name = "orders", ttl = "10 parsecs")
		void run() {
		}

	}

	static class NoWaitDuration {

		@DistributedLock(name = "orders", waitTime = "${lock.name}")
		void run() {
		}

	}

	static class HugeDuration {

		@DistributedLock(name = "orders", ttl = "99999999999999999999s")
		void run() {
		}

	}

	static class ShortTtl {

		@DistributedLock(name = "orders", ttl = "99ms")
		void run() {
		}

	}

	static class NegativeTtl {

		@DistributedLock(name = "orders", ttl = "-10s")
		void run() {
		}

	}

	static class NegativeWaitTime {

		@DistributedLock(name = "orders", waitTime = "-1")
		void run() {
		}

	}

	static class LongWaitTime {

		@DistributedLock(name = "orders", waitTime = "366d")
		void run() {
		}

	}

	static class BadRenew {

		@DistributedLock(name = "orders", renew = "yes")
		void run() {
		}

	}

	static class BlankConstant {

		@DistributedLock(key = "''")
		void run() {
		}

	}

	static class NullConstant {

		@DistributedLock(key = "null")
		void run() {
		}

	}

	static class TemplateKey {

		@DistributedLock(key = "#{#id}")
		void run() {
		}

	}

	static class PlaceholderKey {

		@DistributedLock(key = "'${lock.name}'")
		void run() {
		}

	}

	static class FunctionKey {

		@DistributedLock(key = "#md5(1)")
		void run() {
		}

	}

	static class BareWordKey {

		@DistributedLock(key = "orders")
		void run() {
		}

	}

	static class ProjectedCallKey {

		@DistributedLock(key = "![id]")
		void run() {
		}

	}

	static class NoParameterKey {

		@DistributedLock(key = "#p0")
		void run() {
		}

	}

	static class PrivateMethod {

		@DistributedLock(name = "orders")
		private void run() {
		}

		void call() {
			run();
		}

	}

	static class ExtendsPrivateMethod extends PrivateMethod {

	}

	static class StaticMethod {

		@DistributedLock(name = "orders")
		static void run() {
		}

	}

	static class FinalMethod {

		@DistributedLock(name = "orders")
		final void run() {
		}

	}

	static class FinalCall implements Callable<String> {

		@Override
		@DistributedLock(name = "orders")
		public final String call() {
			return "called";
		}

	}

	@DistributedLock(name = "orders")
	static class FinalMethodInAnnotatedClass {

		final void run() {
		}

	}

	static class ShortMaxHold {

		@DistributedLock(name = "orders", maxHold = "99ms")
		void run() {
		}

	}

	static class NegativeMinHold {

		@DistributedLock(name = "orders", minHold = "-1s")
		void run() {
		}

	}

	static class MinHoldLongerThanMaxHold {

		@DistributedLock(name = "orders", minHold = "10s", maxHold = "5s")
		void run() {
		}

	}

	static class MinHoldIsMaxHold {

		@DistributedLock(name = "orders", minHold = "5s", maxHold = "5s")
		void run() {
		}

	}

	static class ListOfOneKeyWithLease {

		@DistributedLock(key = "{#id}")
		void run(String id, LockLease lease) {
		}

	}

	static class ConcatenatedKeyWithLease {

		@DistributedLock(key = "#id + '-eu'")
		void run(String id, LockLease lease) {
		}

	}

	static class SkippedIntOnStoreFailure {

		@DistributedLock(name = "orders", onStoreFailure = OnStoreFailure.SKIP)
		int run() {
			return 1;
		}

	}

	static class SameKeyTwice {

		@DistributedLock(name = "orders", key = "'all'", ttl = "1s")
		@DistributedLock(name = "orders", key = "'all'", ttl = "2s")
		void run() {
		}

	}

	static class EverythingSet {

		@DistributedLock(name = "orders", ttl = "20s", waitTime = "30s", renew = "false", maxHold = "40s",
				minHold = "10s", fair = true, reentrant = false, onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED,
				onLost = OnLost.INTERRUPT)
		void run() {
		}

	}

	static class NamedByClass {

		@DistributedLock(key = "'all'")
		void run() {
		}

	}

	static class ReturnsInt {

		@DistributedLock(name = "orders")
		int run() {
			return 1;
		}

	}

	static class TwoNames {

		@DistributedLock(name = "orders")
		@DistributedLock(name = "invoices")
		void run() {
		}

	}

	static class LongTtl {

		@DistributedLock(name = "orders", ttl = "20s")
		void run() {
		}

	}

	static class LongMinHold {

		@DistributedLock(name = "orders", minHold = "20s")
		void run() {
		}

	}

	static class LongTtlButShortMaxHold {

		@DistributedLock(name = "orders", ttl = "20s", maxHold = "19s")
		void run() {
		}

	}

	static final class FinalClass {

		@DistributedLock(name = "orders")
		void run() {
		}

	}

	static final class FinalCallable implements Callable<String> {

		@Override
		@DistributedLock(name = "orders")
		public String call() {
			return "done";
		}

	}

	static class SkippedInt {

		@DistributedLock(name = "orders", onContention = OnContention.SKIP)
		int run() {
			return 1;
		}

	}

	static class SkippedBoolean {

		@DistributedLock(name = "orders", onContention = OnContention.SKIP)
		boolean run() {
			return true;
		}

	}

	static class SkippedVoid {

		@DistributedLock(name = "orders", onContention = OnContention.SKIP)
		void run() {
		}

	}

	static class UnknownVariable {

		@DistributedLock(key = "'order:' + #orderID")
		void pay(String orderId, long amount) {
		}

	}

	static class PositionOutOfRange {

		@DistributedLock(key = "#p2")
		void pay(String orderId, long amount) {
		}

	}

	static class UnknownInProjection {

		@DistributedLock(key = "#ids.![#this + #typo]")
		void pay(String[] ids) {
		}

	}

	static class UnknownInBranch {

		@DistributedLock(key = "#amount > 1 ? #orderId : #typo")
		void pay(String orderId, long amount) {
		}

	}

	static class UnknownInArgument {

		@DistributedLock(key = "#orderId.concat(#typo)")
		void pay(String orderId, long amount) {
		}

	}

	static class UnknownInIndex {

		@DistributedLock(key = "#ids[#typo]")
		void pay(String[] ids) {
		}

	}

	static class UnknownInMethodAnnotation {

		@DistributedLock(key = "#orderId")
		@DistributedLock(key = "#typo")
		void pay(String orderId) {
		}

	}

	static class Assigning {

		@DistributedLock(key = "#orderId = 'x'")
		void pay(String orderId, long amount) {
		}

	}

	static class Incrementing {

		@DistributedLock(key = "#amount++")
		void pay(String orderId, long amount) {
		}

	}

	static class Decrementing {

		@DistributedLock(key = "--#amount")
		void pay(String orderId, long amount) {
		}

	}

	static class Unparsable {

		@DistributedLock(key = "#id +")
		void pay(String orderId, long amount) {
		}

	}

	static class BlankKey {

		@DistributedLock(key = " ")
		void pay(String orderId, long amount) {
		}

	}

	@DistributedLock(key = "#id")
	static class OnClass {

		void pay(String id) {
		}

		int size() {
			return 0;
		}

	}

	static class SecondMethodIsWrong implements Runnable {

		@Override
		@DistributedLock(name = "orders")
		public void run() {
		}

		@DistributedLock
		void second() {
		}

	}

	static class Accepted {

		@DistributedLock(key = "#root.args[0] + #this.methodName + methodName + targetClass.name")
		void root(String id) {
		}

		@DistributedLock(key = "#ids.![id]")
		void projection(List<Map<String, String>> ids) {
		}

		@DistributedLock(key = "#ids.?[id == 'x'].![#this]")
		void selection(List<Map<String, String>> ids) {
		}

		@DistributedLock(key = "#ids[first]")
		void index(Map<String, String> ids) {
		}

		@DistributedLock(key = "{first: #id}.first")
		void map(String id) {
		}

		@DistributedLock(key = "T(java.util.Objects).hash(#id) + @bean.call(#p0, #a0)")
		void types(String id) {
		}

		@DistributedLock(key = "new StringBuilder(#id).reverse()")
		void constructor(String id) {
		}

		@DistributedLock(key = "(#id instanceof T(String)) && #id matches '[a-z]*' ? #id : 'other'")
		void operators(String id) {
		}

		@DistributedLock(key = "#id?.length() ?: 0")
		void elvis(String id) {
		}

	}

}
