package io.distributedlock.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class OwnerTokensTests {

	@Test
	void tokenNamesApplicationHostAndProcess() {
		OwnerTokens tokens = new OwnerTokens("my orders:app#1");
		assertThat(OwnerTokens.describe(tokens.next(), null)).satisfies((holder) -> {
			assertThat(holder.application()).isEqualTo("my_orders_app_1");
			assertThat(holder.host()).matches("[\\w.-]+");
			assertThat(holder.pid()).isEqualTo(ProcessHandle.current().pid());
			assertThat(holder.since()).isNull();
			assertThat(tokens.instance()).startsWith(holder.instance() + ":");
		});
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

	@Test
	void holderIsDescribedWithTheTimeSinceWhenItHasTheLock() {
		String token = new OwnerTokens("app").next();
		Instant since = OwnerTokens.describe(token, Duration.ofMinutes(1)).since();
		assertThat(since).isCloseTo(Instant.now().minus(Duration.ofMinutes(1)), within(5, ChronoUnit.SECONDS));
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "", "secret:token", "a@b", "a@b/1:no-count", ":#@", "8b0c63ad-0f2c", "a@b/c:d#1",
			"a@b/99999999999999999999:d#1" })
	void tokenOfAnotherProgramIsNotShown(String token) {
		assertThat(OwnerTokens.describe(token, Duration.ZERO)).isNull();
	}

}
