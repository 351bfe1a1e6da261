package io.distributedlock.benchmarks;

import io.distributedlock.benchmarks.contestant.Contestant;
import io.distributedlock.benchmarks.measure.Effort;
import io.distributedlock.benchmarks.measure.Measure;
import io.distributedlock.benchmarks.measure.Measures;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link BenchmarkOptions}.
 */
class BenchmarkOptionsTests {

	@Test
	void selectsEverythingByDefault() {
		BenchmarkOptions options = new BenchmarkOptions();
		assertThat(options.effort()).isEqualTo(Effort.standard());
		assertThat(Measures.all()).allMatch(options::selects);
		assertThat(Contestant.values()).allMatch(options::selects);
		assertThat(options.redis()).isNull();
	}

	@Test
	void selectsMeasuresByPartsOfTheirNames() {
		BenchmarkOptions options = new BenchmarkOptions("--only", "hand,fair");
		assertThat(Measures.all()).filteredOn(options::selects)
			.extracting(Measure::id)
			.containsExactly("one-key-fair", "hand-over");
	}

	@Test
	void selectsContestantsByTheirWholeNames() {
		BenchmarkOptions options = new BenchmarkOptions("--contestants", "ours,redisson");
		assertThat(Contestant.values()).filteredOn(options::selects)
			.containsExactly(Contestant.OURS, Contestant.REDISSON);
	}

	@Test
	void takesRoundsFromTheCommandLineOnTopOfQuick() {
		assertThat(new BenchmarkOptions("--quick", "--rounds", "4").effort()).isEqualTo(Effort.quick().withRounds(4));
	}

	@Test
	void rejectsWhatIsNoOption() {
		assertThatIllegalArgumentException().isThrownBy(() -> new BenchmarkOptions("--fast"))
			.withMessageContaining("'--fast'");
	}

	@Test
	void rejectsAnOptionWithoutItsValue() {
		assertThatIllegalArgumentException().isThrownBy(() -> new BenchmarkOptions("--quick", "--out"))
			.withMessageContaining("'--out'");
	}

}
