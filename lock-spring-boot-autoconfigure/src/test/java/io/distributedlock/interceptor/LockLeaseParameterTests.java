package io.distributedlock.interceptor;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

import io.distributedlock.DistributedLock;
import io.distributedlock.InvalidLockDefinitionException;
import io.distributedlock.LockLease;
import io.distributedlock.LockLeases;
import io.distributedlock.LockStoreException;
import io.distributedlock.OnContention;
import io.distributedlock.OnStoreFailure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LeaseParameter} and {@link MdcLogContext}: what a method and its log
 * messages learn of the locks it runs under.
 */
class LockLeaseParameterTests {

	private final RecordingLocks locks = new RecordingLocks();

	private final AtomicReference<Object> passed = new AtomicReference<>("nothing");

	private final Map<String, String> logged = new TreeMap<>();

	private final Orders orders = this.locks.proxy(new Orders(this.passed, this.logged));

	@AfterEach
	void clearContext() {
		MDC.clear();
	}

	@Test
	void leaseIsPassedToTheMethod() {
		this.orders.pay("42", null);
		assertThat(this.passed.get()).isInstanceOfSatisfying(LockLease.class,
				(lease) -> assertThat(lease.key()).isEqualTo("42"));
	}

	@Test
	void leaseThatTheCallerPassesIsReplaced() {
		LockLease other = mock();
		this.orders.pay("42", other);
		assertThat(this.passed.get()).isNotSameAs(other).isInstanceOf(LockLease.class);
		this.locks.fail(new LockStoreException("refused", null));
		this.orders.pay("42", other);
		assertThat(this.passed.get()).as("without lock").isNull();
	}

	@Test
	void leasesOfSeveralLocksArePassedTogether() {
		this.orders.payAll(List.of("b", "a"), null);
		assertThat(this.passed.get()).isInstanceOfSatisfying(LockLeases.class,
				(leases) -> assertThat(leases).extracting(LockLease::key).containsExactly("a", "b"));
	}

	@Test
	void leaseOfOneLockIsPassedToAMethodThatTakesSeveral() {
		this.orders.payAll(List.of("a"), null);
		assertThat(this.passed.get()).isInstanceOfSatisfying(LockLeases.class,
				(leases) -> assertThat(leases).extracting(LockLease::key).containsExactly("a"));
	}

	@Test
	void fallbackGetsNoLease() {
		this.locks.holdElsewhere("42");
		assertThat(this.orders.refund("42", mock(LockLease.class))).isEqualTo("later null");
	}

	@Test
	void callWithSeveralLocksIsRefusedByAMethodThatTakesOneLeaseBeforeAnythingIsLocked() {
		this.orders.payAny(List.of("a"), null);
		this.locks.events().clear();
		assertThatIllegalStateException().isThrownBy(() -> this.orders.payAny(List.of("b", "a"), null))
			.withMessage(
					Orders.class.getName() + ".payAny(Object, LockLease) takes a LockLease, but this call has 2 locks, "
							+ "of which a is the first. Declare a LockLeases parameter instead.");
		assertThat(this.locks.events()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(classes = { CollectionKey.class, ArrayKey.class, ListKey.class, RepeatedAnnotation.class })
	void refusesOneLeaseWhereSeveralLocksCanBeSeen(Class<?> type) throws Exception {
		Object target = type.getDeclaredConstructor().newInstance();
		assertThatExceptionOfType(InvalidLockDefinitionException.class).isThrownBy(() -> this.locks.proxy(target))
			.satisfies((ex) -> {
				assertThat(ex.getProblem()).isEqualTo("The method takes a LockLease, but it may have several locks.");
				assertThat(ex.getAction()).isEqualTo("Declare a LockLeases parameter instead.");
			});
	}

	@Test
	void refusesLeaseParameterThatIsNotTheLast() {
		assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> this.locks.proxy(new FirstParameter()))
			.satisfies((ex) -> {
				assertThat(ex.getProblem())
					.isEqualTo("Parameter 1 of the method is a LockLease, but not the last one.");
				assertThat(ex.getAction()).isEqualTo("Make the parameter for the lease the last one, and only one.");
			});
	}

	@Test
	void refusesKeyThatUsesTheLease() {
		assertThatExceptionOfType(InvalidLockDefinitionException.class)
			.isThrownBy(() -> this.locks.proxy(new LeaseInKey()))
			.withMessageContaining("uses '#lease', which is no parameter of the method")
			.withMessageContaining("Use one of #p0, #a0, #id, #root.");
	}

	@Test
	void logContextTellsOfTheLockAndIsRestored() {
		this.locks.useLogContext();
		Orders logging = this.locks.proxy(new Orders(this.passed, this.logged));
		MDC.put("lock.key", "outer");
		logging.pay("42", null);
		assertThat(this.logged).containsEntry("lock.key", "42")
			.containsEntry("lock.name", "Orders.pay")
			.containsEntry("lock.fencingToken", "1");
		assertThat(MDC.getCopyOfContextMap()).containsOnly(Map.entry("lock.key", "outer"));
		assertThatIllegalStateException().isThrownBy(logging::fail);
		assertThat(this.logged).containsEntry("lock.key", "job");
		assertThat(MDC.getCopyOfContextMap()).containsOnly(Map.entry("lock.key", "outer"));
	}

	@Test
	void logContextTellsOfSeveralLocks() {
		this.locks.useLogContext();
		Orders logging = this.locks.proxy(new Orders(this.passed, this.logged));
		logging.payAll(List.of("b", "a"), null);
		assertThat(this.logged).containsEntry("lock.key", "a, b")
			.containsEntry("lock.name", "Orders.payAll")
			.containsEntry("lock.fencingToken", "1, 2");
		logging.payAll(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"), null);
		assertThat(this.logged).containsEntry("lock.key", "a, b, c, d, e, f, g, h, i, j, and 2 more");
	}

	@Test
	void logContextIsLeftAloneByDefault() {
		this.orders.pay("42", null);
		assertThat(this.logged).isEmpty();
	}

	static class Orders {

		private final AtomicReference<Object> passed;

		private final Map<String, String> logged;

		Orders(AtomicReference<Object> passed, Map<String, String> logged) {
			this.passed = passed;
			this.logged = logged;
		}

		@DistributedLock(key = "#id", onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED)
		void pay(String id, @Nullable LockLease lease) {
			record(lease);
		}

		@DistributedLock(key = "#ids")
		void payAll(List<String> ids, @Nullable LockLeases leases) {
			record(leases);
		}

		@DistributedLock(key = "#ids")
		void payAny(Object ids, @Nullable LockLease lease) {
			record(lease);
		}

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "refundLater")
		String refund(String id, @Nullable LockLease lease) {
			return "refunded";
		}

		@SuppressWarnings("unused")
		String refundLater(String id, @Nullable LockLease lease) {
			return "later " + lease;
		}

		@DistributedLock(name = "job")
		void fail() {
			record(null);
			throw new IllegalStateException("failed");
		}

		private void record(@Nullable Object lease) {
			this.passed.set(lease);
			Map<String, String> context = MDC.getCopyOfContextMap();
			if (context != null) {
				this.logged.putAll(context);
			}
		}

	}

	static class CollectionKey {

		@DistributedLock(key = "#ids")
		void run(List<String> ids, @Nullable LockLease lease) {
		}

	}

	static class ArrayKey {

		@DistributedLock(key = "#p0")
		void run(String[] ids, @Nullable LockLease lease) {
		}

	}

	static class ListKey {

		@DistributedLock(key = "{#from, #to}")
		void run(String from, String to, @Nullable LockLease lease) {
		}

	}

	static class RepeatedAnnotation {

		@DistributedLock(key = "#from")
		@DistributedLock(key = "#to")
		void run(String from, String to, @Nullable LockLease lease) {
		}

	}

	static class FirstParameter {

		@DistributedLock(key = "#id")
		void run(@Nullable LockLease lease, String id) {
		}

	}

	static class LeaseInKey {

		@DistributedLock(key = "#lease")
		void run(String id, @Nullable LockLease lease) {
		}

	}

}
