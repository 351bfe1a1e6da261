package io.distributedlock;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LockLeases}.
 */
class LockLeasesTests {

	private final LockLease a = lease("a");

	private final LockLease b = lease("b");

	private final LockLease c = lease("c");

	private final LockLeases leases = LockLeases.of(List.of(this.a, this.b, this.c));

	@Test
	void givesAccessToEachLease() {
		assertThat(this.leases).containsExactly(this.a, this.b, this.c);
		assertThat(this.leases.asList()).containsExactly(this.a, this.b, this.c);
		assertThat(this.leases.get("b")).isSameAs(this.b);
		assertThatIllegalArgumentException().isThrownBy(() -> this.leases.get("d"))
			.withMessage("'key' must be one of 'a', 'b', 'c' but is 'd'");
		assertThat(this.leases).hasToString("LockLeases['a', 'b', 'c']");
	}

	@Test
	void isNeverEmpty() {
		assertThatIllegalArgumentException().isThrownBy(() -> LockLeases.of(List.of()))
			.withMessage("'leases' must not be empty");
	}

	@Test
	void isHeldOnlyIfAllAre() {
		assertThat(this.leases.isHeld()).isTrue();
		this.leases.ensureHeld();
		given(this.c.isHeld()).willReturn(false);
		willThrow(new LockLostException("c", "lost")).given(this.c).ensureHeld();
		assertThat(this.leases.isHeld()).isFalse();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(this.leases::ensureHeld)
			.satisfies((ex) -> assertThat(ex.getKey()).isEqualTo("c"));
	}

	@Test
	void isValidAsLongAsAllAre() {
		given(this.b.remainingValidity()).willReturn(Duration.ofMillis(5));
		assertThat(this.leases.remainingValidity()).isEqualTo(Duration.ofMillis(5));
	}

	@Test
	void releasesInReverseOrder() {
		this.leases.close();
		InOrder inOrder = inOrder(this.a, this.b, this.c);
		then(this.c).should(inOrder).releaseAsync();
		then(this.b).should(inOrder).releaseAsync();
		then(this.a).should(inOrder).releaseAsync();
	}

	@Test
	void releasesAllEvenIfSomeReleasesFail() {
		IllegalStateException first = new IllegalStateException("c");
		IllegalStateException second = new IllegalStateException("b");
		given(this.c.releaseAsync()).willThrow(first);
		given(this.b.releaseAsync()).willReturn(CompletableFuture.failedStage(second));
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(this.leases::close)
			.isSameAs(first)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(second));
		then(this.a).should().releaseAsync();
	}

	@Test
	void errorOfAReleaseIsThrown() {
		AssertionError error = new AssertionError("broken");
		given(this.b.releaseAsync()).willThrow(error);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this.leases::close).isSameAs(error);
		then(this.a).should().releaseAsync();
	}

	@Test
	void releasesWhatIsHeldWhenOneIsNotAcquiredAndKeepsTheReason() {
		LockOperations operations = mock();
		LockSpec specA = LockSpec.of("a");
		LockSpec specB = LockSpec.of("b");
		given(operations.acquireAll(List.of(specB, specA))).willCallRealMethod();
		given(operations.acquire(specA)).willReturn(this.a);
		LockStoreException failure = new LockStoreException("refused", null);
		given(operations.acquire(specB)).willThrow(failure);
		IllegalStateException releaseFailure = new IllegalStateException("a");
		given(this.a.releaseAsync()).willThrow(releaseFailure);
		assertThatExceptionOfType(LockStoreException.class)
			.isThrownBy(() -> operations.acquireAll(List.of(specB, specA)))
			.isSameAs(failure)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(releaseFailure));
	}

	private static LockLease lease(String key) {
		LockLease lease = mock();
		given(lease.key()).willReturn(key);
		given(lease.isHeld()).willReturn(true);
		given(lease.releaseAsync()).willReturn(CompletableFuture.completedStage(ReleaseOutcome.RELEASED));
		given(lease.remainingValidity()).willReturn(Duration.ofSeconds(1));
		return lease;
	}

}
