package io.distributedlock.benchmarks.task;

import java.io.Serializable;

/**
 * The result of a {@link PairLoop}.
 *
 * @param team what the threads did
 * @param p50Nanos median of the time from before an acquisition to after its release
 * @param p99Nanos 99th percentile of that time
 */
public record PairLoopResult(TeamResult team, long p50Nanos, long p99Nanos) implements Serializable {

}
