package io.distributedlock.testsupport;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link Oracle}.
 */
class OracleTests {

	private final Oracle oracle = new Oracle();

	@Test
	void remembersMostHoldersAtATime() {
		this.oracle.enter();
		this.oracle.enter();
		this.oracle.exit();
		this.oracle.exit();
		this.oracle.enter();
		assertThat(this.oracle.holders()).isEqualTo(1);
		assertThat(this.oracle.maxHolders()).isEqualTo(2);
		assertThat(this.oracle.entries()).isEqualTo(3);
	}

	@Test
	void rejectsExitWithoutEnter() {
		assertThatIllegalStateException().isThrownBy(this.oracle::exit);
	}

}
