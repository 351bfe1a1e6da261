package io.distributedlock.engine;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class OwnerTokensTests {

	@Test
	void tokenNamesApplicationHostAndProcess() {
		OwnerTokens tokens = new OwnerTokens("my orders:app#1");
		assertThat(OwnerTokens.describe(tokens.next()))
			.matches("my_orders_app_1@[\\w.-]+/" + ProcessHandle.current().pid());
	}

	@Test
	void tokensOfOneInstanceAndOfTwoInstancesAreDifferent() {
		OwnerTokens one = new OwnerTokens("app");
		OwnerTokens two = new OwnerTokens("app");
		Set<String> tokens = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			assertThat(tokens.add(one.next())).isTrue();
			assertThat(tokens.add(two.next())).isTrue();
		}
	}

	@Test
	void longApplicationNameIsCut() {
		assertThat(new OwnerTokens("x".repeat(1000)).next()).hasSizeLessThan(256);
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "", "secret:token", "a@b", "a@b/1:no-count", ":#@", "8b0c63ad-0f2c" })
	void tokenOfAnotherProgramIsNotShown(String token) {
		assertThat(OwnerTokens.describe(token)).isNull();
	}

}
