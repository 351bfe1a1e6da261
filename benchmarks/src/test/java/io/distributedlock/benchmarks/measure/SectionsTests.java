package io.distributedlock.benchmarks.measure;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Sections}.
 */
class SectionsTests {

	@Test
	void acceptsSectionsThatFollowOneAnother() {
		Sections sections = Sections.of(List.of(new long[] { 1, 2, 5, 6 }, new long[] { 3, 4 }));
		assertThatNoException().isThrownBy(sections::ensureExclusive);
	}

	@Test
	void rejectsSectionsThatOverlap() {
		Sections sections = Sections.of(List.of(new long[] { 1, 2, 4, 7 }, new long[] { 6, 8 }));
		assertThatIllegalStateException().isThrownBy(sections::ensureExclusive).withMessage("1 of 3 sections overlap");
	}

	@Test
	void countsHandOversBetweenJvms() {
		Sections sections = Sections.of(List.of(new long[] { 1, 2, 3, 4, 7, 8 }, new long[] { 5, 6, 9, 10 }));
		assertThat(sections.crossings()).isEqualTo(0.75);
	}

}
