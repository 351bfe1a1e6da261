package io.distributedlock.benchmarks.report;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Summary}.
 */
class SummaryTests {

	@Test
	void isTheMedianWithLowestAndHighest() {
		assertThat(Summary.of(List.of(30.0, 10.0, 20.5))).hasToString("20.5 (10–30)");
	}

	@Test
	void isTheMeanOfTheMiddleTwoOfAnEvenNumber() {
		assertThat(Summary.of(List.of(4.0, 1.0, 2.0, 3.0)).median()).isEqualTo(2.5);
	}

	@Test
	void isOneNumberWhenAllAreTheSame() {
		assertThat(Summary.of(List.of(2.0, 2.0))).hasToString("2");
	}

	@Test
	void keepsThreeDigits() {
		assertThat(List.of(12_345.6, 12.345, 1.2345, 0.12345)).map(Summary::format)
			.containsExactly("12,346", "12.3", "1.23", "0.123");
	}

}
