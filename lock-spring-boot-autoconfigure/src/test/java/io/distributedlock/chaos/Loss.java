package io.distributedlock.chaos;

import java.time.Duration;

/**
 * A hold that ended before it was released.
 *
 * @param hold which hold
 * @param signalled whether the holder was told
 * @param delay how long the holder knew by asking before it was told, or waited for that
 * in vain
 */
record Loss(String hold, boolean signalled, Duration delay) {

}
