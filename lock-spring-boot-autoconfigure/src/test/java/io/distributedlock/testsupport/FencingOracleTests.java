package io.distributedlock.testsupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link FencingOracle}.
 */
class FencingOracleTests {

	private final FencingOracle oracle = new FencingOracle();

	@Test
	void acceptsRisingTokens() {
		this.oracle.enter(1);
		this.oracle.enter(2);
		this.oracle.enter(7);
		this.oracle.verify();
		assertThat(this.oracle.entries()).isEqualTo(3);
		assertThat(this.oracle.lastToken()).isEqualTo(7);
	}

	@ParameterizedTest
	@ValueSource(longs = { 4, 5 })
	void rejectsTokenThatDoesNotRise(long token) {
		this.oracle.enter(5);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.oracle.enter(token));
		this.oracle.enter(6);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this.oracle::verify)
			.withMessage("Token %d of entry 2 follows token 5", token);
	}

}
