package io.distributedlock.chaos;

import java.time.Duration;

/**
 * A call of the library that takes time.
 *
 * @param client which JVM made it
 * @param what the kind of call and its outcome
 * @param time from when to when it took
 * @param bound how long it may take
 */
record Wait(String client, String what, Interval time, Duration bound) {

}
