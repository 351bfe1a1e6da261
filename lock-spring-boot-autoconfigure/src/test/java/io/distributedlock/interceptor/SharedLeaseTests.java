package io.distributedlock.interceptor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * Tests for {@link SharedLease}.
 */
class SharedLeaseTests {

	private static final LockSpec SPEC = LockSpec.of("1");

	private final LockLease lease = lease();

	private final SharedLease shared = new SharedLease(this.lease, SPEC);

	private final List<String> reactions = new ArrayList<>();

	@Test
	void lossIsToldToThoseThatHaveNotLeft() {
		this.shared.onLost("outer", () -> this.reactions.add("outer"));
		this.shared.onLost("gone", () -> this.reactions.add("gone"));
		this.shared.onLost("inner", () -> this.reactions.add("inner"));
		this.shared.forget("gone");
		lose();
		assertThat(this.reactions).containsExactlyInAnyOrder("outer", "inner");
	}

	@Test
	void reactionThatFailsDoesNotKeepTheOthersFromBeingRun() {
		for (String hold : List.of("a", "b", "c")) {
			this.shared.onLost(hold, () -> {
				this.reactions.add(hold);
				throw new IllegalStateException(hold);
			});
		}
		lose();
		assertThat(this.reactions).containsExactlyInAnyOrder("a", "b", "c");
	}

	@Test
	void lossThatHasHappenedIsToldAtOnceAndOnlyOnce() {
		this.shared.onLost("outer", () -> this.reactions.add("outer"));
		given(this.lease.isHeld()).willReturn(false);
		this.shared.onLost("inner", () -> this.reactions.add("inner"));
		assertThat(this.reactions).containsExactly("inner");
		lose();
		assertThat(this.reactions).containsExactly("inner", "outer");
	}

	@Test
	void lastThatLeavesReleases() {
		assertThat(this.shared.enter(SPEC)).isTrue();
		this.shared.leave(true);
		then(this.lease).should(never()).releaseAsync();
		this.shared.leave(true);
		then(this.lease).should().releaseAsync();
		assertThat(this.shared.enter(SPEC)).as("entered after the release").isFalse();
	}

	private void lose() {
		ArgumentCaptor<Consumer<? super LockLease>> listener = ArgumentCaptor.captor();
		then(this.lease).should().onLost(listener.capture());
		listener.getValue().accept(this.lease);
	}

	private static LockLease lease() {
		LockLease lease = mock();
		given(lease.key()).willReturn("1");
		given(lease.isHeld()).willReturn(true);
		given(lease.releaseAsync()).willReturn(CompletableFuture.completedStage(ReleaseOutcome.RELEASED));
		return lease;
	}

}
