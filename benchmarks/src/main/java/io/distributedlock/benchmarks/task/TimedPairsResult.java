package io.distributedlock.benchmarks.task;

import java.io.Serializable;

/**
 * The result of {@link TimedPairs}.
 *
 * @param firstNanos how long the first acquisition took
 * @param p50Nanos median of all acquisitions
 * @param p99Nanos 99th percentile of all acquisitions
 * @param pairs how many there were
 */
public record TimedPairsResult(long firstNanos, long p50Nanos, long p99Nanos, long pairs) implements Serializable {

}
