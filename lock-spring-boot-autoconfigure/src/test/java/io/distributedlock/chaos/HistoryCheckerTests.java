package io.distributedlock.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HistoryChecker} and for what {@link History} reads.
 */
class HistoryCheckerTests {

	private static final Duration NONE = Duration.ZERO;

	private final History history = new History();

	@Test
	void acceptsHoldsOneAfterAnotherWithRisingTokens() {
		hold("a", 1, 0, 10, 20);
		hold("b", 2, 5, 20, 30);
		hold("c", 9, 25, 31, 31);
		assertThat(check().violations()).isEmpty();
	}

	@Test
	void findsTwoHoldersAtATime() {
		hold("a", 1, 0, 10, 20);
		hold("b", 2, 15, 19, 30);
		assertThat(check().violations()).singleElement()
			.asString()
			.startsWith("Two holders: k: a with token 1")
			.contains("b with token 2");
	}

	@Test
	void findsHolderWithinALongHoldThatBeganEarlier() {
		hold("long", 1, 0, 10, 100);
		hold("b", 2, 5, 20, 30);
		hold("c", 3, 5, 40, 40);
		assertThat(check().violations()).hasSize(2);
	}

	@Test
	void doesNotMixKeys() {
		hold("a", 1, 0, 10, 20);
		this.history.add(new Hold("b", "other", 1, 0, new Interval(10, 20)));
		assertThat(check().violations()).isEmpty();
	}

	@Test
	void expectsTwoHoldersOnlyWithinAWindow() {
		hold("a", 1, 0, 10, 20);
		hold("b", 2, 15, 18, 30);
		assertThat(check(new Interval(15, 20)).violations()).isEmpty();
		assertThat(check(new Interval(15, 20)).expected()).hasSize(1);
		assertThat(check(new Interval(15, 19)).violations()).hasSize(1);
		assertThat(check(new Interval(19, 25)).violations()).hasSize(1);
		assertThat(check(new Interval(19, 25)).expected()).isEmpty();
	}

	@Test
	void findsTokenThatIsNotAboveThatOfTheHolderBefore() {
		hold("a", 5, 0, 10, 20);
		hold("b", 6, 5, 21, 30);
		hold("c", 4, 25, 31, 40);
		assertThat(check().violations()).singleElement()
			.asString()
			.startsWith("Token does not rise: c of k")
			.contains("asked for after b of k");
	}

	@Test
	void findsStaleTokenOfTheNewHolderInAWindow() {
		hold("a", 5, 0, 10, 20);
		hold("b", 4, 12, 15, 30);
		assertThat(check(new Interval(0, 100)).violations()).singleElement().asString().startsWith("Token does not");
	}

	@Test
	void acceptsLowerTokenOfWhoTookOverInTheJvmOfTheOneBeforeOnlyInAWindow() {
		hold("a-1", 5, 0, 10, 30);
		hold("b-1", 100, 12, 15, 20);
		hold("a-2", 6, 25, 31, 40);
		assertThat(check(new Interval(15, 31)).violations()).isEmpty();
		assertThat(check(new Interval(15, 30)).violations()).singleElement().asString().startsWith("Token does not");
	}

	@Test
	void findsLowerTokenThatWasNotPassedOnByTheOneBefore() {
		hold("a-1", 5, 0, 10, 30);
		hold("b-1", 100, 12, 15, 20);
		hold("c-2", 6, 25, 31, 40);
		hold("a-3", 5 + 64, 35, 41, 50);
		assertThat(check(new Interval(0, 100)).violations()).hasSize(2)
			.allSatisfy((violation) -> assertThat(violation).startsWith("Token does not rise: "));
	}

	@Test
	void findsLowerTokenOfWhoTookOverInAJvmThatCameLater() {
		hold("b-1", 100, 12, 15, 20);
		hold("a-1", 5, 13, 21, 30);
		hold("a-2", 6, 25, 31, 40);
		assertThat(check(new Interval(0, 100)).violations()).singleElement().asString().contains("a-2 of k");
	}

	@Test
	void acceptsAnyOrderOfTokensOfThoseWhoAskedAtTheSameTime() {
		hold("a", 5, 0, 10, 12);
		hold("b", 4, 9, 15, 30);
		assertThat(check().violations()).isEmpty();
	}

	@Test
	void findsTokenThatTwoHave() {
		hold("a", 5, 0, 10, 12);
		hold("b", 5, 9, 15, 30);
		assertThat(check().violations()).singleElement().asString().startsWith("One token for two");
	}

	@Test
	void findsWaitBeyondItsBound() {
		this.history.add(new Wait("a", "acquire", new Interval(0, 130), Duration.ofNanos(100)));
		this.history.add(new Wait("a", "acquire", new Interval(0, 100), Duration.ofNanos(100)));
		Verdict verdict = new HistoryChecker(List.of(), Duration.ofNanos(29)).check(this.history);
		assertThat(verdict.violations()).singleElement().asString().startsWith("Waited too long by PT0.00000003S");
		assertThat(verdict.excesses()).containsExactly(Duration.ofNanos(30));
		assertThat(new HistoryChecker(List.of(), Duration.ofNanos(30)).check(this.history).violations()).isEmpty();
	}

	@Test
	void doesNotCountTheTimeInWhichTheJvmDidNotRun() {
		this.history.add(new Wait("a", "acquire", new Interval(0, 130), Duration.ofNanos(100)));
		this.history.add(new Stall("b", new Interval(0, 130)));
		this.history.add(new Stall("a", new Interval(0, 20)));
		assertThat(check().violations()).hasSize(1);
		this.history.add(new Stall("a", new Interval(120, 200)));
		assertThat(check().violations()).isEmpty();
	}

	@Test
	void findsLossOfWhichTheHolderWasNotTold() {
		this.history.add(new Loss("a", true, Duration.ofMillis(1)));
		assertThat(check().violations()).isEmpty();
		this.history.add(new Loss("b", false, Duration.ofSeconds(2)));
		assertThat(check().violations()).containsExactly("The holder was not told in PT2S that it lost b");
	}

	@Test
	void readsWhatClientsHaveWritten(@TempDir Path directory) throws Exception {
		Path file = directory.resolve("a.txt");
		HistoryWriter writer = new HistoryWriter(file);
		writer.hold(1, "k", 7, 3, 10, 10);
		writer.hold(1, "k", 7, 3, 10, 20);
		writer.wait("acquire", 3, 10, Duration.ofNanos(50));
		writer.stall(1, 2);
		writer.loss(1, false, 1);
		writer.error(new IllegalStateException("one\ntwo"));
		Files.writeString(file, Files.readString(file) + "hold 2 k 8 3 1");
		this.history.read("a", file);
		assertThat(this.history.holds()).containsExactly(new Hold("a-1", "k", 7, 3, new Interval(10, 20)));
		assertThat(this.history.waits())
			.containsExactly(new Wait("a", "acquire", new Interval(3, 10), Duration.ofNanos(50)));
		assertThat(this.history.stalls()).containsExactly(new Stall("a", new Interval(1, 2)));
		assertThat(this.history.losses()).containsExactly(new Loss("a-1", false, Duration.ofNanos(1)));
		assertThat(check().violations()).containsExactly("a: error java.lang.IllegalStateException: one two",
				"The holder was not told in PT0.000000001S that it lost a-1");
	}

	private void hold(String id, long token, long asked, long from, long to) {
		this.history.add(new Hold(id, "k", token, asked, new Interval(from, to)));
	}

	private Verdict check(Interval... windows) {
		return new HistoryChecker(List.of(windows), NONE).check(this.history);
	}

}
