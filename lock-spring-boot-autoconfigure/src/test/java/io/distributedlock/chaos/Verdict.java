package io.distributedlock.chaos;

import java.time.Duration;
import java.util.List;

/**
 * What a {@link HistoryChecker} found.
 *
 * @param expected the overlaps in a time when a server had forgotten locks
 * @param excesses by how much calls took longer than their bounds, in ascending order
 * @param violations what must not happen
 */
record Verdict(List<Overlap> expected, List<Duration> excesses, List<String> violations) {

}
