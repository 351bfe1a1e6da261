package io.distributedlock.benchmarks.task;

import java.io.Serializable;

/**
 * The result of a {@link OneKeyLoop}.
 *
 * @param team what the threads did
 * @param sections when they entered and left the section which the lock protects: pairs
 * of times, by {@link System#nanoTime()}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record OneKeyResult(TeamResult team, long[] sections) implements Serializable {

}
