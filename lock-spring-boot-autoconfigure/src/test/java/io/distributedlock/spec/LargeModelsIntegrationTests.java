package io.distributedlock.spec;

import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The protocols keep their promises in larger models, one after the other.
 */
@Tag("models")
class LargeModelsIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofHours(2);

	static Stream<Model> models() {
		Model handOver = Model.read("HandOver", "HandOver");
		Model progress = Model.read("HandOver", "HandOverProgress");
		Model redlock = Model.read("Redlock", "Redlock");
		return Stream.of(handOver.with("MaxGen", "3"), handOver.with("Repeats", "TRUE").with("MaxGrants", "3"),
				handOver.with("Contenders", "{a, b, c}").with("Block", "1"), progress.with("MaxFaults", "2"),
				progress.with("MaxGen", "2"), redlock.with("Late", "TRUE"), redlock.with("MaxRestarts", "2"),
				redlock.with("MaxToken", "3"));
	}

	@ParameterizedTest
	@MethodSource("models")
	void modelHolds(Model model) throws Exception {
		ModelCheck check = ModelCheck.run(model, Runtime.getRuntime().availableProcessors(), TIMEOUT);
		assertThat(check.holds()).as(check.output()).isTrue();
	}

}
