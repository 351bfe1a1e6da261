package io.distributedlock;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link LockSpec}.
 */
class LockSpecTests {

	private static final Duration TIME = Duration.ofSeconds(7);

	private final LockSpec spec = LockSpec.of("k");

	@Test
	void hasDefaults() {
		assertThat(this.spec.key()).isEqualTo("k");
		assertThat(this.spec.name()).isEqualTo("default");
		assertThat(this.spec.ttl()).isNull();
		assertThat(this.spec.waitTime()).isNull();
		assertThat(this.spec.renew()).isNull();
		assertThat(this.spec.maxHold()).isNull();
		assertThat(this.spec.minHold()).isNull();
		assertThat(this.spec.isFair()).isFalse();
		assertThat(this.spec.isReentrant()).isTrue();
		assertThat(this.spec.onLost()).isEqualTo(OnLost.NOTIFY);
	}

	@Test
	void hasWhatIsSetAndIsNotChangedByIt() {
		LockSpec full = full();
		assertThat(full.name()).isEqualTo("orders");
		assertThat(full.ttl()).isEqualTo(TIME);
		assertThat(full.waitTime()).isEqualTo(Duration.ZERO);
		assertThat(full.renew()).isFalse();
		assertThat(full.maxHold()).isEqualTo(TIME);
		assertThat(full.minHold()).isEqualTo(Duration.ofSeconds(1));
		assertThat(full.isFair()).isTrue();
		assertThat(full.isReentrant()).isFalse();
		assertThat(full.onLost()).isEqualTo(OnLost.INTERRUPT);
		assertThat(this.spec).isEqualTo(LockSpec.of("k"));
	}

	@Test
	void keepsEverythingForAnotherKey() {
		assertThat(full().withKey("other").key()).isEqualTo("other");
		assertThat(full().withKey("other").withKey("k")).isEqualTo(full());
		assertThatExceptionOfType(InvalidLockKeyException.class).isThrownBy(() -> this.spec.withKey(" "));
	}

	@Test
	void returnsToDefaults() {
		assertThat(full().withName("default")
			.withTtl(null)
			.withWaitTime(null)
			.withRenew(null)
			.withMaxHold(null)
			.withMinHold(null)
			.withFair(false)
			.withReentrant(true)
			.withOnLost(OnLost.NOTIFY)).isEqualTo(this.spec).hasSameHashCodeAs(this.spec);
	}

	@ParameterizedTest
	@MethodSource("variants")
	void isDifferentIfAnythingIs(LockSpec variant) {
		assertThat(variant).isNotEqualTo(this.spec);
		assertThat(variant.toString()).isNotEqualTo(this.spec.toString());
	}

	static Stream<LockSpec> variants() {
		LockSpec spec = LockSpec.of("k");
		return Stream.of(spec.withKey("other"), spec.withName("orders"), spec.withTtl(TIME), spec.withWaitTime(TIME),
				spec.withRenew(true), spec.withMaxHold(TIME), spec.withMinHold(TIME), spec.withFair(true),
				spec.withReentrant(false), spec.withOnLost(OnLost.INTERRUPT));
	}

	@Test
	void shortestHoldMustNotBeLongerThanTheLongest() {
		LockSpec equal = this.spec.withMinHold(TIME).withMaxHold(TIME);
		assertThatIllegalArgumentException().isThrownBy(() -> equal.withMinHold(TIME.plusMillis(1)))
			.withMessage("'minHold' must not be longer than 'maxHold' (PT7S) but is PT7.001S");
		assertThatIllegalArgumentException().isThrownBy(() -> equal.withMaxHold(TIME.minusMillis(1)))
			.withMessage("'minHold' must not be longer than 'maxHold' (PT6.999S) but is PT7S");
	}

	@Test
	void timesToHoldMustBeInRange() {
		for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(99), Duration.ofSeconds(-1),
				Duration.ofDays(366))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.spec.withMaxHold(wrong))
				.withMessage("'maxHold' must be from 100 ms to 365 days but is " + wrong);
			assertThatIllegalArgumentException().isThrownBy(() -> this.spec.withMinHold(wrong))
				.withMessage("'minHold' must be from 100 ms to 365 days but is " + wrong);
		}
	}

	@Test
	void describesItself() {
		assertThat(full())
			.hasToString("LockSpec[key=k, name=orders, ttl=PT7S, waitTime=PT0S, renew=false, maxHold=PT7S, "
					+ "minHold=PT1S, fair=true, reentrant=false, onLost=INTERRUPT]");
	}

	private LockSpec full() {
		return this.spec.withName("orders")
			.withTtl(TIME)
			.withWaitTime(Duration.ZERO)
			.withRenew(false)
			.withMaxHold(TIME)
			.withMinHold(Duration.ofSeconds(1))
			.withFair(true)
			.withReentrant(false)
			.withOnLost(OnLost.INTERRUPT);
	}

}
