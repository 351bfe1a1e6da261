package io.distributedlock.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.distributedlock.LockSpec;
import io.distributedlock.engine.HeldLease.Grant;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * When a lease is renewed and how long it is trusted, by a clock that the test moves.
 */
class HeldLeaseTests {

	private static final Duration TTL = Duration.ofSeconds(3);

	private static final long INTERVAL = TTL.dividedBy(3).toNanos();

	private static final long LATE = Duration.ofMillis(10).toNanos();

	private final HeldLease lease = lease();

	@Test
	void renewalsDoNotFallBehindHoweverOftenTheTimerIsLate() {
		for (int i = 1; i <= 1000; i++) {
			long now = this.lease.nextAction() + LATE;
			assertThat(now).as("time of renewal %d", i).isEqualTo(i * INTERVAL + LATE);
			assertThat(this.lease.isRenewalDue(now)).isTrue();
			this.lease.planNextRenewal(now);
			assertThat(this.lease.confirm(now, TTL, now)).isTrue();
		}
	}

	@Test
	void renewalsThatWereMissedAreNotMadeUpFor() {
		long now = 2 * INTERVAL + LATE;
		this.lease.planNextRenewal(now);
		assertThat(this.lease.nextAction()).isEqualTo(HeldLease.endOfValidity(0, TTL));
		assertThat(this.lease.confirm(now, TTL, now)).isTrue();
		assertThat(this.lease.nextAction()).isEqualTo(now + INTERVAL);
	}

	@Test
	void validityCountsFromTheSendingOfTheRenewalAndNotFromItsAnswer() {
		long answeredAt = INTERVAL + Duration.ofMillis(500).toNanos();
		assertThat(this.lease.confirm(INTERVAL, TTL, answeredAt)).isTrue();
		assertThat(this.lease.remainingValidity(answeredAt))
			.isEqualTo(TTL.minusMillis(500).minus(TTL.dividedBy(100)).minusMillis(2));
	}

	@Test
	void answerThatComesTooLateDoesNotReviveTheLease() {
		long end = HeldLease.endOfValidity(0, TTL);
		assertThat(this.lease.isHeld(end - 1)).isTrue();
		assertThat(this.lease.confirm(end - 1, TTL, end)).isFalse();
		assertThat(this.lease.isHeld(end)).isFalse();
	}

	@Test
	void answersThatOvertakeOneAnotherNeverShortenTheLease() {
		assertThat(this.lease.confirm(2 * INTERVAL, TTL, 2 * INTERVAL + LATE)).isTrue();
		assertThat(this.lease.confirm(INTERVAL, TTL, 2 * INTERVAL + 2 * LATE)).isTrue();
		assertThat(this.lease.isHeld(HeldLease.endOfValidity(2 * INTERVAL, TTL) - 1)).isTrue();
	}

	@Test
	void isNotEnteredAgainAfterTheLastHasLeft() {
		assertThat(this.lease.enter()).isTrue();
		assertThat(this.lease.leave()).isFalse();
		assertThat(this.lease.enter()).isTrue();
		assertThat(this.lease.leave()).isFalse();
		assertThat(this.lease.leave()).isTrue();
		assertThat(this.lease.enter()).isFalse();
		assertThat(this.lease.isEntered()).isFalse();
	}

	@Test
	void isNotEnteredAgainAfterItWasTakenFromItsThread() {
		assertThat(this.lease.detach()).isTrue();
		assertThat(this.lease.enter()).isFalse();
		assertThat(this.lease.isAttached()).isFalse();
		assertThat(this.lease.leave()).as("last of the holds").isTrue();
	}

	@Test
	void reactionThatFailsKeepsNoneOfTheOthersFromTheirs() {
		LeaseHandle hold = LeaseHandle.detached(this.lease, mock(LockEngine.class));
		List<String> reactions = new ArrayList<>();
		this.lease.react(hold, () -> {
			throw new IllegalStateException("broken");
		});
		this.lease.react(hold, () -> {
			throw new StackOverflowError("deep");
		});
		this.lease.react(hold, () -> reactions.add("last"));
		assertThat(this.lease.lose()).isTrue();
		this.lease.reactToLoss();
		assertThat(reactions).containsExactly("last");
	}

	private static HeldLease lease() {
		LockSpec spec = LockSpec.of("k").withTtl(TTL).withRenew(true);
		Contention contention = Contention.shared(spec, LockSettings.defaults());
		Waiter waiter = new Waiter(contention, spec, Thread.currentThread(), 0, 0);
		return new HeldLease(waiter, "owner", new Grant(1, 0, HandOver.NONE), 0);
	}

}
