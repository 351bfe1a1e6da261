package io.distributedlock.redis.redlock;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Quarantine}.
 */
class QuarantineTests {

	/**
	 * The time to live of 30 s, and the drift that is allowed for.
	 */
	private static final Duration LONGEST = Duration.ofMillis(30_300);

	private final Quarantine quarantine = Quarantine.of(RedlockSettings.defaults());

	@Test
	void nodeThatHasJustStartedDoesNotVoteForTheLongestTtlAndItsDrift() {
		assertThat(remaining(Duration.ZERO, null)).isEqualTo(LONGEST);
	}

	@Test
	void uptimeInFullSecondsIsTakenToBeUpToOneSecondTooLong() {
		// Started at 0.9 s, asked at 1.0 s: Redis says 1 s
		assertThat(remaining(Duration.ofSeconds(1), null)).isEqualTo(LONGEST);
		assertThat(remaining(Duration.ofSeconds(31), null)).isEqualTo(Duration.ofMillis(300));
		assertThat(remaining(Duration.ofSeconds(32), null)).isZero();
		assertThat(remaining(Duration.ofDays(100), null)).isZero();
	}

	@Test
	void clockThatWasSetBackMakesItNoLonger() {
		assertThat(remaining(Duration.ofHours(-1), null)).isEqualTo(LONGEST);
	}

	@Test
	void clockThatWasSetForwardDoesNotEndItWhenTheRestartWasSeen() {
		assertThat(remaining(Duration.ofHours(1), Duration.ofMillis(200))).isEqualTo(LONGEST);
		assertThat(remaining(Duration.ofHours(1), Duration.ofSeconds(20))).isEqualTo(LONGEST);
	}

	@Test
	void restartThatWasSeenIsNoOlderThanTheLossOfTheConnection() {
		assertThat(remaining(Duration.ofSeconds(10), Duration.ofMillis(10_000)))
			.isEqualTo(LONGEST.minus(Duration.ofSeconds(9)));
		assertThat(remaining(Duration.ofSeconds(5), Duration.ofSeconds(20)))
			.isEqualTo(LONGEST.minus(Duration.ofSeconds(4)));
	}

	@Test
	void serverThatRanBeforeTheOtherWasLostIsAnotherOneAndMustSitOutAll() {
		assertThat(remaining(Duration.ofSeconds(100), Duration.ofSeconds(50))).isEqualTo(LONGEST);
	}

	@Test
	void nodesThatPersistEveryWriteVoteAtOnce() {
		Quarantine none = Quarantine.of(RedlockServers.defaults());
		assertThat(none.remaining(Duration.ZERO, null)).isZero();
		assertThat(none.remaining(Duration.ZERO, Duration.ZERO)).isZero();
	}

	private Duration remaining(Duration uptime, @Nullable Duration away) {
		return this.quarantine.remaining(uptime, away);
	}

}
