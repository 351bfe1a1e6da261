package io.distributedlock.spec;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The protocols keep their promises in small models, and whatever is done wrong breaks
 * them: the models would notice. All of them are checked at the same time.
 */
class SpecificationIntegrationTests {

	private static final String FENCED = "OwnerIsAbove";

	private static final Duration TIMEOUT = Duration.ofMinutes(5);

	private static final Map<Model, Future<ModelCheck>> checks = new LinkedHashMap<>();

	private static final ExecutorService threads = Executors
		.newFixedThreadPool(Math.min(Runtime.getRuntime().availableProcessors(), 4));

	static Stream<Model> models() {
		return Stream.of(Model.read("Redlock", "Redlock"), Model.read("HandOver", "HandOverProgress"),
				Model.read("HandOver", "HandOver"));
	}

	/**
	 * Mistakes, each of which somebody has made.
	 */
	static Stream<Flaw> mistakes() {
		return Stream.of(Flaw.ofRedlock("AnyToken", Flaw.FENCING), Flaw.ofRedlock("CountFromArrival", Flaw.EXCLUSION),
				Flaw.ofRedlock("CountFromALaterQuestion", Flaw.QUORUM), Flaw.ofRedlock("CountOldVotes", Flaw.QUORUM),
				Flaw.ofRedlock("HalfIsEnough", Flaw.EXCLUSION), Flaw.ofRedlock("NoQuarantine", Flaw.EXCLUSION),
				Flaw.ofRedlock("PlainDelete", Flaw.QUORUM),
				Flaw.ofRedlock("RenewOldVotes", Flaw.QUORUM).withGenerations(3),
				Flaw.ofRedlock("RestoreInAnyCase", Flaw.QUORUM), Flaw.ofRedlock("WithdrawAnyVote", Flaw.QUORUM),
				Flaw.ofHandOver("CountGrantFromArrival", Flaw.EXCLUSION),
				Flaw.ofHandOver("CountRenewalFromAnswer", Flaw.EXCLUSION), Flaw.ofHandOver("OneToken", Flaw.FENCING),
				Flaw.ofHandOver("PlainDelete", Flaw.OWNERSHIP),
				Flaw.ofHandOver("StartAnewEvenIfShorter", Flaw.EXCLUSION),
				Flaw.ofHandOver("TellWhoIsPassedOver", Flaw.OWNERSHIP),
				Flaw.ofHandOver("TrustStaleGrants", Flaw.EXCLUSION), Flaw.ofProgress("AskOnce", "NoLostWakeUp"),
				Flaw.ofProgress("ForgetPlace", "NothingIsLeft"), Flaw.ofProgress("ReleaseOnce", "ReleaseArrives"));
	}

	/**
	 * What the protocols cannot stand, as the README says.
	 */
	static Stream<Flaw> limits() {
		return Stream.of(Flaw.ofRedlock("ClocksDifferTooMuch", Flaw.FENCING),
				Flaw.ofRedlock("ClockJumps", Flaw.EXCLUSION), Flaw.ofHandOver("ClockJumps", Flaw.EXCLUSION),
				Flaw.ofHandOver("FailOver", Flaw.EXCLUSION), Flaw.ofHandOver("FailOverOfACounter", FENCED));
	}

	/**
	 * What they can stand all the same: the token of who has the lock after a failover is
	 * above that of the one before, who still relies on it.
	 */
	static Stream<Model> silverLinings() {
		return Stream.of(Model.read("HandOver", "HandOver").with("Flaw", "\"FailOver\"").checking(FENCED));
	}

	@BeforeAll
	static void startAll() {
		Stream.of(models(), silverLinings(), Stream.concat(mistakes(), limits()).map(Flaw::model))
			.flatMap((each) -> each)
			.forEach((model) -> checks.put(model, threads.submit(() -> ModelCheck.run(model, 1, TIMEOUT))));
	}

	@AfterAll
	static void stop() {
		threads.shutdownNow();
	}

	@ParameterizedTest
	@MethodSource({ "models", "silverLinings" })
	void modelHolds(Model model) throws Exception {
		ModelCheck check = result(model);
		assertThat(check.holds()).as(check.output()).isTrue();
		assertThat(check.states()).as("states, all of them looked at").isGreaterThan(10_000);
	}

	@ParameterizedTest
	@MethodSource({ "mistakes", "limits" })
	void flawIsFound(Flaw flaw) throws Exception {
		ModelCheck check = result(flaw.model());
		assertThat(check.isViolated(flaw.violated())).as(check.output()).isTrue();
	}

	@Test
	void everyFlawThatTheModelsKnowIsTried() {
		assertThat(Stream.concat(mistakes(), limits()).map((flaw) -> flaw.module() + " " + flaw.name()))
			.containsOnlyOnceElementsOf(Model.knownFlaws("HandOver", "Redlock"));
	}

	private static ModelCheck result(Model model) throws Exception {
		return checks.get(model).get(TIMEOUT.toMinutes(), TimeUnit.MINUTES);
	}

}
