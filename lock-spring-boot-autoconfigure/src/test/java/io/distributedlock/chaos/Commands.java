package io.distributedlock.chaos;

/**
 * The script calls that servers got in a time without faults.
 *
 * @param calls how many for each copy of a lock
 * @param time from when to when
 */
record Commands(double calls, Interval time) {

}
