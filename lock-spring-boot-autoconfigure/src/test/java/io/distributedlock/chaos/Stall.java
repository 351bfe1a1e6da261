package io.distributedlock.chaos;

/**
 * A time in which a JVM did not get to run, because it was suspended or had no processor.
 *
 * @param client which JVM
 * @param time from when to when
 */
record Stall(String client, Interval time) {

}
