package io.distributedlock.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Finds in a history what must not happen. Knows no clock, server or library.
 */
final class HistoryChecker {

	private final Collection<Interval> windows;

	private final Duration tolerance;

	/**
	 * Create a checker.
	 * @param windows the times in which two may believe to hold the same lock, because
	 * the server may have forgotten it
	 * @param tolerance how much longer than its bound a call may take on a machine that
	 * is busy with other things
	 */
	HistoryChecker(Collection<Interval> windows, Duration tolerance) {
		this.windows = windows;
		this.tolerance = tolerance;
	}

	Verdict check(History history) {
		List<Overlap> expected = new ArrayList<>();
		List<Overlap> unexpected = new ArrayList<>();
		List<String> violations = new ArrayList<>(history.errors());
		byKey(history).forEach((holds) -> {
			overlaps(holds).forEach((overlap) -> (isInAWindow(overlap.time()) ? expected : unexpected).add(overlap));
			checkTokens(holds, violations);
		});
		unexpected.forEach((overlap) -> violations.add("Two holders: " + overlap));
		List<Duration> excesses = excesses(history, violations);
		history.losses()
			.stream()
			.filter((loss) -> !loss.signalled())
			.forEach((loss) -> violations
				.add("The holder was not told in %s that it lost %s".formatted(loss.delay(), loss.hold())));
		return new Verdict(expected, excesses, violations);
	}

	private static Collection<List<Hold>> byKey(History history) {
		return history.holds().stream().collect(Collectors.groupingBy(Hold::key)).values();
	}

	private boolean isInAWindow(Interval time) {
		return this.windows.stream().anyMatch((window) -> window.contains(time));
	}

	private static List<Overlap> overlaps(List<Hold> holds) {
		List<Overlap> overlaps = new ArrayList<>();
		List<Hold> current = new ArrayList<>();
		holds.stream().sorted(Comparator.comparingLong((hold) -> hold.belief().from())).forEach((hold) -> {
			current.removeIf((other) -> other.belief().to() <= hold.belief().from());
			current.forEach((other) -> overlaps.add(new Overlap(other, hold)));
			current.add(hold);
		});
		return overlaps;
	}

	/**
	 * Check that who asked for a lock after somebody had it got a higher token, so that a
	 * resource which has seen it refuses the one before. That holds in any window, but
	 * not within a JVM that had the lock before and passes it on without asking the
	 * server, which has forgotten it: it is the one before, and is refused.
	 */
	private void checkTokens(List<Hold> holds, List<String> violations) {
		Map<Long, Hold> byToken = new HashMap<>();
		PriorityQueue<Hold> begun = new PriorityQueue<>(Comparator.comparingLong((hold) -> hold.belief().from()));
		begun.addAll(holds);
		Hold highest = null;
		for (Hold hold : holds.stream().sorted(Comparator.comparingLong(Hold::asked)).toList()) {
			Hold twin = byToken.put(hold.token(), hold);
			if (twin != null) {
				violations.add("One token for two holds: %s and %s".formatted(twin, hold));
			}
			while (!begun.isEmpty() && begun.element().belief().from() < hold.asked()) {
				highest = higher(highest, begun.remove());
			}
			if (highest != null && highest.token() >= hold.token() && !isPassedOn(hold, highest, holds)) {
				violations.add("Token does not rise: %s was asked for after %s".formatted(hold, highest));
			}
		}
	}

	private boolean isPassedOn(Hold hold, Hold higher, List<Hold> holds) {
		Interval since = new Interval(higher.belief().from(), hold.belief().from());
		return isInAWindow(since) && holds.stream()
			.anyMatch((before) -> hold.isPassedOnFrom(before) && before.belief().from() < higher.belief().from());
	}

	private static Hold higher(@Nullable Hold one, Hold other) {
		return (one != null && one.token() > other.token()) ? one : other;
	}

	/**
	 * Return by how much calls took longer than their bounds, the times in which their
	 * JVM did not run not counted.
	 */
	private List<Duration> excesses(History history, List<String> violations) {
		Map<String, List<Stall>> stalls = history.stalls().stream().collect(Collectors.groupingBy(Stall::client));
		Function<Wait, Duration> excess = (wait) -> {
			long stalled = stalls.getOrDefault(wait.client(), List.of())
				.stream()
				.mapToLong((stall) -> stall.time().common(wait.time()))
				.sum();
			return wait.time().length().minus(wait.bound()).minusNanos(stalled);
		};
		List<Duration> excesses = new ArrayList<>();
		for (Wait wait : history.waits()) {
			if (wait.time().length().compareTo(wait.bound()) > 0) {
				Duration tooLong = excess.apply(wait);
				if (tooLong.compareTo(this.tolerance) > 0) {
					violations.add("Waited too long by %s: %s".formatted(tooLong, wait));
				}
				if (!tooLong.isNegative()) {
					excesses.add(tooLong);
				}
			}
		}
		excesses.sort(Comparator.naturalOrder());
		return excesses;
	}

}
