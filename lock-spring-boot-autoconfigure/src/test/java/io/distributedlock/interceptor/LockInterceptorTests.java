package io.distributedlock.interceptor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import io.distributedlock.OnLost;
import org.aopalliance.intercept.MethodInvocation;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.function.SingletonSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LockInterceptor}.
 */
class LockInterceptorTests {

	private static final LockFailures FAILURES = new LockFailures(() -> null, List::of);

	private final RecordingLocks locks = new RecordingLocks();

	private final Orders orders = this.locks.proxy(new Orders(this.locks));

	@Test
	void locksWhileBodyRuns() {
		assertThat(this.orders.pay("42")).isEqualTo("paid 42");
		assertThat(this.locks.events()).containsExactly("lock 42", "pay", "unlock 42");
	}

	@Test
	void usesAllAttributes() {
		this.orders.allAttributes(7);
		assertThat(this.locks.spec()).isEqualTo(LockSpec.of("orders::7")
			.withName("orders")
			.withTtl(Duration.ofSeconds(10))
			.withWaitTime(Duration.ofMillis(250))
			.withRenew(false)
			.withMaxHold(Duration.ofMinutes(1))
			.withMinHold(Duration.ofSeconds(2))
			.withFair(true)
			.withReentrant(false)
			.withOnLost(OnLost.INTERRUPT));
	}

	@Test
	void leavesDefaultsToProperties() {
		this.orders.pay("42");
		assertThat(this.locks.spec()).isEqualTo(LockSpec.of("42").withName("Orders.pay"));
	}

	@Test
	void usesNameAsKeyWhenThereIsNoKey() {
		this.orders.nameOnly();
		assertThat(this.locks.spec()).isEqualTo(LockSpec.of("close-books").withName("close-books"));
	}

	@Test
	void prefixesConstantKeyWithName() {
		this.orders.constant();
		assertThat(this.locks.spec()).isEqualTo(LockSpec.of("orders::all").withName("orders"));
	}

	@Test
	void throwsWhenLockIsHeldByOthers() {
		this.locks.holdElsewhere("42");
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.orders.pay("42"))
			.satisfies((ex) -> assertThat(ex.getKey()).isEqualTo("42"))
			.satisfies((ex) -> assertThat(ex.getHolder()).hasToString("other@host/1, it is not known since when"));
		assertThat(this.locks.events()).containsExactly("busy 42");
	}

	@Test
	void passesOnExceptionOfBodyUnchanged() {
		IOException failure = new IOException("disk full");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.orders.fail("42", failure))
			.isSameAs(failure)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
	}

	@Test
	void passesOnErrorOfBodyUnchanged() {
		Error failure = new AssertionError("broken");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.orders.fail("42", failure))
			.isSameAs(failure);
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void failedReleaseDoesNotHideResult(CapturedOutput output) {
		this.locks.failToRelease("42");
		assertThat(this.orders.pay("42")).isEqualTo("paid 42");
		assertThat(output).contains("Lease of 42 could not be released").contains("Release of 42 failed");
	}

	@Test
	void failedReleaseDoesNotHideException() {
		this.locks.failToRelease("42");
		IOException failure = new IOException("disk full");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.orders.fail("42", failure))
			.isSameAs(failure)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).singleElement()
				.asInstanceOf(InstanceOfAssertFactories.THROWABLE)
				.hasMessage("Release of 42 failed"));
	}

	@Test
	void takesRepeatedLocksInOrderOfKeysAndReleasesInReverse() {
		this.orders.transfer("b", "a");
		this.orders.transfer("a", "b");
		assertThat(this.locks.events()).containsExactly("lock account::a", "lock account::b", "transfer",
				"unlock account::b", "unlock account::a", "lock account::a", "lock account::b", "transfer",
				"unlock account::b", "unlock account::a");
	}

	@Test
	void takesLockOnceWhenTwoOperationsHaveTheSameKeyAndUsesTheFirst() {
		this.orders.sameKeyTwice("a");
		assertThat(this.locks.spec().ttl()).isEqualTo(Duration.ofSeconds(1));
		assertThat(this.locks.events()).containsExactly("lock a", "unlock a");
	}

	@Test
	void takesEachKeyOfCollectionInOrderWithoutDuplicates() {
		this.orders.payAll(List.of("b", "a", "c", "a"));
		assertThat(this.locks.events()).containsExactly("lock a", "lock b", "lock c", "payAll", "unlock c", "unlock b",
				"unlock a");
	}

	@Test
	void releasesAllLocksEvenIfOneReleaseFails() {
		this.locks.failToRelease("b");
		this.orders.payAll(List.of("a", "b", "c"));
		assertThat(this.locks.events()).endsWith("unlock c", "unlock b", "unlock a");
	}

	@Test
	void releasesLocksTakenBeforeWhenOneIsHeldByOthers() {
		this.locks.holdElsewhere("b");
		assertThatExceptionOfType(LockNotAcquiredException.class)
			.isThrownBy(() -> this.orders.payAll(List.of("a", "b", "c")));
		assertThat(this.locks.events()).containsExactly("lock a", "busy b", "unlock a");
	}

	@Test
	void evaluatesAllKeysBeforeTheFirstLockIsTaken() {
		assertThatExceptionOfType(InvalidLockKeyException.class).isThrownBy(() -> this.orders.transfer("a", null));
		assertThat(this.locks.events()).isEmpty();
	}

	@Test
	void releasesKeysAsTheyWereBeforeBodyChangedArguments() {
		List<String> ids = new ArrayList<>(List.of("a", "b"));
		this.orders.clear(ids);
		assertThat(ids).isEmpty();
		assertThat(this.locks.events()).containsExactly("lock a", "lock b", "unlock b", "unlock a");
	}

	@Test
	void skipsWithNull() {
		this.locks.holdElsewhere("42");
		assertThat(this.orders.skip("42")).isNull();
		assertThat(this.locks.events()).containsExactly("busy 42");
	}

	@Test
	void skipsWithoutResult() {
		this.locks.holdElsewhere("job");
		this.orders.skipVoid();
		assertThat(this.locks.events()).containsExactly("busy job");
	}

	@Test
	void skipsWithEmptyOptional() {
		this.locks.holdElsewhere("job");
		assertThat(this.orders.skipOptional()).isEmpty();
		assertThat(this.orders.skipOptionalInt()).isEmpty();
		assertThat(this.orders.skipOptionalLong()).isEmpty();
		assertThat(this.orders.skipOptionalDouble()).isEmpty();
	}

	@Test
	void skipsWithEmptyOptionalWhenOnlyTheImplementationDeclaresIt() {
		this.locks.holdElsewhere("job");
		Finder<?> finder = (Finder<?>) this.locks.proxy(new OptionalFinder(), false);
		assertThat(finder.find()).isEqualTo(Optional.empty());
	}

	@Test
	void runsMethodThatMayBeSkippedWhenLockIsFree() {
		assertThat(this.orders.skip("42")).isEqualTo("done");
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
	}

	@Test
	void releasesLocksTakenBeforeWhenCallIsSkipped() {
		this.locks.holdElsewhere("b");
		this.orders.skipAll(List.of("a", "b", "c"));
		assertThat(this.locks.events()).containsExactly("lock a", "busy b", "unlock a");
	}

	@Test
	void contentionIsHandledAsTheLockInQuestionSays() {
		this.locks.holdElsewhere("throwing");
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(this.orders::skipOrThrow);
		assertThat(this.locks.events()).containsExactly("lock skipping", "busy throwing", "unlock skipping");
		this.locks.events().clear();
		this.locks.holdElsewhere("skipping");
		this.orders.skipOrThrow();
		assertThat(this.locks.events()).containsExactly("busy skipping");
	}

	@Test
	void doesNotTakeContentionInsideTheBodyForItsOwn() {
		LockNotAcquiredException failure = new LockNotAcquiredException("job", Duration.ZERO, null);
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.orders.skipAndFail(failure))
			.isSameAs(failure);
		assertThat(this.locks.events()).containsExactly("lock job", "unlock job");
	}

	@Test
	void namesMethodWhenKeyIsTooLong() {
		assertThatExceptionOfType(InvalidLockKeyException.class)
			.isThrownBy(() -> this.orders.pay("x".repeat(LockSpec.MAX_KEY_LENGTH + 1)))
			.withMessageContaining("Invalid key of @DistributedLock on " + Orders.class.getName() + ".pay(String): ")
			.withMessageContaining("at most 65536 are allowed");
		assertThat(this.locks.events()).isEmpty();
	}

	@Test
	void parsesExpressionsOnce() {
		List<String> parsed = new ArrayList<>();
		SpelExpressionParser parser = new SpelExpressionParser() {

			@Override
			public SpelExpression parseRaw(String expression) {
				parsed.add(expression);
				return super.parseRaw(expression);
			}

		};
		EvaluationContext context = LockEvaluationContext.shared(new DefaultListableBeanFactory());
		LockAnnotationParser annotationParser = new LockAnnotationParser((value) -> value,
				new LockKeyExpressionParser(parser, context), new LockOverrides(Map.of()), new LockLimits(null));
		LockOperationSource source = new LockOperationSource(annotationParser, true, false);
		ProxyFactory factory = new ProxyFactory(new Orders(this.locks));
		factory.setProxyTargetClass(true);
		factory.addAdvice(new LockInterceptor(source, FAILURES, execution()));
		Orders proxy = (Orders) factory.getProxy();
		for (int i = 0; i < 100; i++) {
			proxy.transfer("a", "b" + i);
		}
		assertThat(this.locks.specs()).hasSize(200);
		assertThat(parsed).containsExactly("#from", "#to");
	}

	@Test
	void refusesCallWhoseLockIsNotKnown() throws Exception {
		LockOperationSourcePointcut pointcut = (LockOperationSourcePointcut) this.locks.advisor().getPointcut();
		LockInterceptor interceptor = new LockInterceptor(pointcut.source(), FAILURES, execution());
		MethodInvocation invocation = mock(MethodInvocation.class);
		given(invocation.getThis()).willReturn("target");
		given(invocation.getMethod()).willReturn(CharSequence.class.getMethod("length"));
		assertThatIllegalStateException().isThrownBy(() -> interceptor.invoke(invocation))
			.withMessage("public abstract int java.lang.CharSequence.length() of java.lang.String must be locked, "
					+ "but its lock is not known. Annotate the class itself.");
	}

	private LockExecution execution() {
		return new BlockingExecution(new CallerLocks(SingletonSupplier.of(this.locks), LockRelease.IMMEDIATE),
				LogContext.NONE);
	}

	static class Orders {

		private final RecordingLocks locks;

		Orders(RecordingLocks locks) {
			this.locks = locks;
		}

		@DistributedLock(key = "#orderId")
		String pay(String orderId) {
			this.locks.record("pay");
			return "paid " + orderId;
		}

		@DistributedLock(key = "#id", name = "orders", ttl = "10s", waitTime = "250", renew = "false", maxHold = "1m",
				minHold = "2s", fair = true, reentrant = false, onLost = OnLost.INTERRUPT)
		void allAttributes(long id) {
		}

		@DistributedLock(name = "close-books")
		void nameOnly() {
		}

		@DistributedLock(name = "orders", key = "'all'")
		void constant() {
		}

		@DistributedLock(key = "#id")
		void fail(String id, Throwable failure) throws IOException {
			if (failure instanceof Error error) {
				throw error;
			}
			throw (IOException) failure;
		}

		@DistributedLock(name = "account", key = "#from")
		@DistributedLock(name = "account", key = "#to")
		void transfer(String from, String to) {
			this.locks.record("transfer");
		}

		@DistributedLock(key = "#id", ttl = "1s")
		@DistributedLock(key = "#p0", ttl = "2s")
		void sameKeyTwice(String id) {
		}

		@DistributedLock(key = "#ids")
		void payAll(List<String> ids) {
			this.locks.record("payAll");
		}

		@DistributedLock(key = "#ids")
		void clear(List<String> ids) {
			ids.clear();
		}

		@DistributedLock(key = "#id", onContention = OnContention.SKIP)
		String skip(String id) {
			return "done";
		}

		@DistributedLock(name = "job", onContention = OnContention.SKIP)
		void skipVoid() {
			this.locks.record("job");
		}

		@DistributedLock(name = "job", onContention = OnContention.SKIP)
		Optional<String> skipOptional() {
			return Optional.of("done");
		}

		@DistributedLock(name = "job", onContention = OnContention.SKIP)
		OptionalInt skipOptionalInt() {
			return OptionalInt.of(1);
		}

		@DistributedLock(name = "job", onContention = OnContention.SKIP)
		OptionalLong skipOptionalLong() {
			return OptionalLong.of(1);
		}

		@DistributedLock(name = "job", onContention = OnContention.SKIP)
		OptionalDouble skipOptionalDouble() {
			return OptionalDouble.of(1);
		}

		@DistributedLock(key = "#ids", onContention = OnContention.SKIP)
		void skipAll(List<String> ids) {
			this.locks.record("skipAll");
		}

		@DistributedLock(name = "throwing")
		@DistributedLock(name = "skipping", onContention = OnContention.SKIP)
		void skipOrThrow() {
			this.locks.record("skipOrThrow");
		}

		@DistributedLock(name = "job", onContention = OnContention.SKIP)
		void skipAndFail(LockNotAcquiredException failure) {
			throw failure;
		}

	}

	interface Finder<T> {

		T find();

	}

	static class OptionalFinder implements Finder<Optional<String>> {

		@Override
		@DistributedLock(name = "job", onContention = OnContention.SKIP)
		public Optional<String> find() {
			return Optional.of("found");
		}

	}

}
