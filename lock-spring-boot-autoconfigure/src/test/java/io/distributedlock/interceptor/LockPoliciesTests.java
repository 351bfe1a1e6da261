package io.distributedlock.interceptor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockStoreException;
import io.distributedlock.LockAlreadyHeldException;
import io.distributedlock.LockClosedException;
import io.distributedlock.LockException;
import io.distributedlock.LockFailure;
import io.distributedlock.LockFailure.Outcome;
import io.distributedlock.LockInterruptedException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.OnContention;
import io.distributedlock.OnStoreFailure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link LockFailures}, {@link LockPolicies} and {@link FallbackMethod}: what a
 * call does without its lock.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockPoliciesTests {

	private static final LockStoreException UNAVAILABLE = new LockStoreUnavailableException("Redis is down", null);

	private static final LockStoreException REFUSED = new LockStoreException("no permission", null);

	private final RecordingLocks locks = new RecordingLocks();

	private final Orders orders = this.locks.proxy(new Orders(this.locks));

	@Test
	void callsFallbackInsteadOnContention() {
		this.locks.holdElsewhere("42");
		assertThat(this.orders.pay("42", 7)).isEqualTo("later: 42 7");
		assertThat(this.locks.events()).containsExactly("busy 42", "fallback");
		assertThatFailureIs("Orders.pay", Outcome.FALLBACK, LockNotAcquiredException.class);
	}

	@Test
	void doesNotCallFallbackWhenTheLockIsFree() {
		assertThat(this.orders.pay("42", 7)).isEqualTo("paid");
		assertThat(this.locks.events()).containsExactly("lock 42", "unlock 42");
		assertThat(this.locks.failures()).isEmpty();
	}

	@Test
	void fallbackIsTheOneThatTakesTheReasonIfThereAreTwo() {
		this.locks.holdElsewhere("42");
		assertThat(this.orders.refund("42")).isEqualTo("busy for 0 ms");
	}

	@Test
	void fallbackMayBeStaticOrInheritedAndReturnNull() {
		this.locks.holdElsewhere("42");
		assertThat(this.orders.cancel("42")).isNull();
		assertThat(this.orders.ship("42")).isEqualTo("inherited");
	}

	@Test
	void exceptionOfFallbackReachesTheCallerUnchanged() {
		this.locks.holdElsewhere("42");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.orders.failing("42"))
			.withMessage("fallback");
	}

	@Test
	void fallbackIsCalledAfterTheLocksTakenBeforeAreReleased() {
		this.locks.holdElsewhere("b");
		this.orders.payAll(List.of("a", "b"));
		assertThat(this.locks.events()).containsExactly("lock a", "busy b", "unlock a", "fallback");
	}

	@Test
	void storeFailureIsThrownByDefaultAlsoWhereContentionIsSkipped() {
		this.locks.fail(UNAVAILABLE);
		assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(() -> this.orders.skipping())
			.isSameAs(UNAVAILABLE);
		assertThatFailureIs("skipping", Outcome.THROWN, LockStoreUnavailableException.class);
	}

	@Test
	void callIsSkippedWhenTheStoreFails() {
		this.locks.fail(UNAVAILABLE);
		assertThat(this.orders.skipWithoutStore()).isEmpty();
		assertThatFailureIs("Orders.skipWithoutStore", Outcome.SKIPPED, LockStoreUnavailableException.class);
		this.locks.fail(REFUSED);
		assertThat(this.orders.skipWithoutStore()).isEmpty();
	}

	@Test
	void contentionIsThrownWhereStoreFailuresAreSkipped() {
		this.locks.holdElsewhere("job");
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.orders.skipWithoutStore());
		assertThatExceptionOfType(LockNotAcquiredException.class).isThrownBy(() -> this.orders.proceedWithoutStore());
		assertThat(this.locks.events()).containsExactly("busy job", "busy job");
	}

	@Test
	void callRunsWithoutLockWhenTheStoreFailsIfThatIsWanted(CapturedOutput output) {
		this.locks.fail(UNAVAILABLE);
		assertThat(this.orders.proceedWithoutStore()).isEqualTo("done");
		assertThat(this.orders.proceedWithoutStore()).isEqualTo("done");
		assertThat(this.locks.events()).containsExactly("body", "body");
		assertThat(output)
			.containsOnlyOnce("LockPoliciesTests$Orders.proceedWithoutStore() runs WITHOUT its lock: Redis is down");
		assertThat(this.locks.failures()).hasSize(2)
			.allSatisfy((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.UNLOCKED));
	}

	@Test
	void strictestPolicyCountsWhenTheStoreFailsForSeveralLocks() {
		this.locks.fail(UNAVAILABLE);
		assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(() -> this.orders.proceedOrThrow());
		assertThat(this.orders.proceedOrSkip()).isNull();
		assertThat(this.locks.events()).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("otherFailures")
	void otherFailuresAreThrownWhateverThePoliciesSay(LockException failure) {
		this.locks.handleFailures((reason, invocation) -> "handled");
		this.locks.fail(failure);
		for (Supplier<?> call : List.<Supplier<?>>of(this.orders::proceedWithoutStore, this.orders::skipWithoutStore,
				this.orders::skipping, this.orders::plain)) {
			assertThatExceptionOfType(LockException.class).isThrownBy(call::get).isSameAs(failure);
		}
		assertThat(this.locks.failures()).isEmpty();
	}

	static List<LockException> otherFailures() {
		return List.of(new LockInterruptedException("job"), new LockClosedException("job"),
				new LockAlreadyHeldException("job"), new InvalidLockStoreException("It is wrong.", "Put it right."));
	}

	@Test
	void handlerDecidesWhereTheAnnotationDoesNot() {
		List<LockException> reasons = new ArrayList<>();
		this.locks.handleFailures((reason, invocation) -> {
			reasons.add(reason);
			return "instead of " + invocation.getMethod().getName();
		});
		this.locks.holdElsewhere("job");
		assertThat(this.orders.plain()).isEqualTo("instead of plain");
		assertThatFailureIs("job", Outcome.HANDLED, LockNotAcquiredException.class);
		this.locks.fail(UNAVAILABLE);
		assertThat(this.orders.plain()).isEqualTo("instead of plain");
		assertThat(reasons).hasSize(2).last().isSameAs(UNAVAILABLE);
		assertThat(this.locks.events()).containsExactly("busy job");
	}

	@Test
	void handlerIsNotAskedWhereTheAnnotationDecides() {
		this.locks.handleFailures((reason, invocation) -> {
			throw new IllegalStateException("asked");
		});
		this.locks.holdElsewhere("skipping::job");
		this.locks.holdElsewhere("42");
		assertThat(this.orders.skipping()).isNull();
		assertThat(this.orders.pay("42", 7)).startsWith("later");
		this.locks.fail(UNAVAILABLE);
		assertThat(this.orders.skipWithoutStore()).isEmpty();
		assertThat(this.orders.proceedWithoutStore()).isEqualTo("done");
	}

	@Test
	void handlerMayThrowOrProceed() {
		this.locks.holdElsewhere("job");
		this.locks.handleFailures((reason, invocation) -> {
			throw new IOException("mapped", reason);
		});
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.orders.checked())
			.withCauseInstanceOf(LockNotAcquiredException.class);
		this.locks.handleFailures((reason, invocation) -> invocation.proceed());
		assertThat(this.orders.plain()).isEqualTo("done");
	}

	@Test
	void resultOfHandlerMustFitTheMethod() {
		this.locks.holdElsewhere("job");
		this.locks.handleFailures((reason, invocation) -> "text");
		assertThatIllegalStateException().isThrownBy(() -> this.orders.number())
			.withMessageContaining("returned text for ")
			.withMessageContaining("number(), which returns int. Return a value of that type.");
		this.locks.handleFailures((reason, invocation) -> null);
		assertThatIllegalStateException().isThrownBy(() -> this.orders.number()).withMessageContaining("returned null");
		this.locks.handleFailures((reason, invocation) -> 42);
		assertThat(this.orders.number()).isEqualTo(42);
		this.locks.handleFailures((reason, invocation) -> "ignored");
		this.orders.nothing();
	}

	@Test
	void listenerThatFailsChangesNothing(CapturedOutput output) {
		LockFailures failures = new LockFailures(() -> null, () -> List.of((failure) -> {
			throw new IllegalStateException("broken listener");
		}, this.locks.failures()::add));
		LockOperationSourcePointcut pointcut = (LockOperationSourcePointcut) this.locks.advisor().getPointcut();
		this.locks.holdElsewhere("skipping::job");
		Orders proxy = this.locks.proxy(new Orders(this.locks), failures, pointcut.source());
		assertThat(proxy.skipping()).isNull();
		assertThat(this.locks.failures()).hasSize(1);
		assertThat(output).contains("broken listener");
	}

	@ParameterizedTest
	@ValueSource(classes = { NoFallback.class, UnknownFallback.class, OtherParameters.class, TooManyParameters.class,
			OtherReason.class, OtherResult.class, OtherGenericResult.class, VoidResult.class, OtherException.class,
			UnusedFallback.class })
	void refusesFallbackThatDoesNotFit(Class<? extends Refused> type) throws Exception {
		Refused refused = type.getDeclaredConstructor().newInstance();
		assertThatExceptionOfType(io.distributedlock.InvalidLockDefinitionException.class)
			.isThrownBy(() -> this.locks.proxy(refused))
			.satisfies((ex) -> {
				assertThat(ex.getLocation()).isEqualTo(type.getName() + ".run(String)");
				assertThat(ex.getProblem()).isEqualTo(refused.problem());
				assertThat(ex.getAction()).isEqualTo(refused.action());
			});
	}

	private void assertThatFailureIs(String name, Outcome outcome, Class<? extends LockException> reason) {
		assertThat(this.locks.failures()).hasSize(1);
		LockFailure failure = this.locks.failures().get(0);
		assertThat(failure.lockName()).isEqualTo(name);
		assertThat(failure.outcome()).isEqualTo(outcome);
		assertThat(failure.reason()).isInstanceOf(reason);
		assertThat(failure.method().getDeclaringClass()).isEqualTo(Orders.class);
	}

	static class Shop {

		@SuppressWarnings("unused")
		String inherited(String id) {
			return "inherited";
		}

	}

	static class Orders extends Shop {

		private final RecordingLocks locks;

		Orders(RecordingLocks locks) {
			this.locks = locks;
		}

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "payLater")
		String pay(String id, int amount) {
			return "paid";
		}

		@SuppressWarnings("unused")
		private String payLater(String id, int amount) {
			this.locks.record("fallback");
			return "later: " + id + " " + amount;
		}

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "refundLater")
		Object refund(String id) {
			return "refunded";
		}

		@SuppressWarnings("unused")
		private String refundLater(String id) {
			return "without reason";
		}

		@SuppressWarnings("unused")
		private String refundLater(String id, LockException reason) {
			return "busy for " + ((LockNotAcquiredException) reason).getWaited().toMillis() + " ms";
		}

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "none")
		@Nullable String cancel(String id) {
			return "cancelled";
		}

		@SuppressWarnings("unused")
		static @Nullable String none(String id) {
			return null;
		}

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "inherited")
		String ship(String id) {
			return "shipped";
		}

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "fail")
		void failing(String id) throws IOException {
		}

		@SuppressWarnings("unused")
		void fail(String id, Throwable reason) throws IOException {
			throw new IOException("fallback");
		}

		@DistributedLock(key = "#ids", onContention = OnContention.FALLBACK, fallback = "payNone")
		void payAll(List<String> ids) {
			this.locks.record("body");
		}

		@SuppressWarnings("unused")
		void payNone(List<String> ids) {
			this.locks.record("fallback");
		}

		@DistributedLock(name = "skipping", key = "'job'", onContention = OnContention.SKIP)
		@Nullable String skipping() {
			return "done";
		}

		@DistributedLock(key = "'job'", onStoreFailure = OnStoreFailure.SKIP)
		Optional<String> skipWithoutStore() {
			return Optional.of("done");
		}

		@DistributedLock(key = "'job'", onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED)
		String proceedWithoutStore() {
			this.locks.record("body");
			return "done";
		}

		@DistributedLock(name = "a", onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED)
		@DistributedLock(name = "b")
		String proceedOrThrow() {
			this.locks.record("body");
			return "done";
		}

		@DistributedLock(name = "a", onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED)
		@DistributedLock(name = "b", onStoreFailure = OnStoreFailure.SKIP)
		@Nullable String proceedOrSkip() {
			this.locks.record("body");
			return "done";
		}

		@DistributedLock(name = "job")
		String plain() {
			return "done";
		}

		@DistributedLock(name = "job")
		String checked() throws IOException {
			return "done";
		}

		@DistributedLock(name = "job")
		int number() {
			return 1;
		}

		@DistributedLock(name = "job")
		void nothing() {
		}

	}

	interface Refused {

		String problem();

		String action();

		static String signature(String result) {
			return "the same parameters, and if you like a LockNotAcquiredException after them, and the return type "
					+ result + ".";
		}

	}

	static class NoFallback implements Refused {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK)
		String run(String id) {
			return id;
		}

		@Override
		public String problem() {
			return "onContention is FALLBACK, but there is no fallback.";
		}

		@Override
		public String action() {
			return "Set fallback to the name of the method to call instead.";
		}

	}

	static class UnusedFallback implements Refused {

		@DistributedLock(key = "#id", fallback = "other")
		String run(String id) {
			return id;
		}

		String other(String id) {
			return id;
		}

		@Override
		public String problem() {
			return "It has the fallback 'other', but onContention is THROW.";
		}

		@Override
		public String action() {
			return "Set onContention to FALLBACK, or remove the fallback.";
		}

	}

	static class UnknownFallback implements Refused {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "other")
		String run(String id) {
			return id;
		}

		@Override
		public String problem() {
			return "Its fallback 'other' is no method of %s.".formatted(UnknownFallback.class.getName());
		}

		@Override
		public String action() {
			return "Write a method of that name with " + Refused.signature("java.lang.String");
		}

	}

	static class OtherParameters implements Refused {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "other")
		String run(String id) {
			return id;
		}

		String other() {
			return "";
		}

		String other(Integer id) {
			return "";
		}

		@Override
		public String problem() {
			return "Its fallback 'other' has other parameters than the method.";
		}

		@Override
		public String action() {
			return "Give it " + Refused.signature("java.lang.String");
		}

	}

	static class TooManyParameters extends OtherParameters {

		@Override
		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "another")
		String run(String id) {
			return id;
		}

		String another(String id, LockException reason, String more) {
			return "";
		}

		@Override
		public String problem() {
			return "Its fallback 'another' has other parameters than the method.";
		}

	}

	static class OtherReason extends OtherParameters {

		@Override
		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "another")
		String run(String id) {
			return id;
		}

		String another(String id, LockStoreException reason) {
			return "";
		}

		@Override
		public String problem() {
			return "Its fallback 'another' has other parameters than the method.";
		}

	}

	static class OtherResult implements Refused {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "other")
		int run(String id) {
			return 1;
		}

		Long other(String id) {
			return 1L;
		}

		@Override
		public String problem() {
			return "Its fallback 'other' returns java.lang.Long, but the method returns int.";
		}

		@Override
		public String action() {
			return "Let both return the same type.";
		}

	}

	static class OtherGenericResult implements Refused {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "other")
		Optional<String> run(String id) {
			return Optional.of(id);
		}

		Optional<Duration> other(String id) {
			return Optional.empty();
		}

		@Override
		public String problem() {
			return "Its fallback 'other' returns java.util.Optional<java.time.Duration>, but the method returns "
					+ "java.util.Optional<java.lang.String>.";
		}

		@Override
		public String action() {
			return "Let both return the same type.";
		}

	}

	static class VoidResult implements Refused {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "other")
		String run(String id) {
			return id;
		}

		void other(String id) {
		}

		@Override
		public String problem() {
			return "Its fallback 'other' returns void, but the method returns java.lang.String.";
		}

		@Override
		public String action() {
			return "Let both return the same type.";
		}

	}

	static class OtherException implements Refused {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "other")
		String run(String id) throws InterruptedException {
			return id;
		}

		String other(String id) throws IOException, InterruptedException, IllegalStateException {
			return "";
		}

		@Override
		public String problem() {
			return "Its fallback 'other' throws java.io.IOException, which the method does not declare.";
		}

		@Override
		public String action() {
			return "Declare it on the method too, or do not throw it.";
		}

	}

}
