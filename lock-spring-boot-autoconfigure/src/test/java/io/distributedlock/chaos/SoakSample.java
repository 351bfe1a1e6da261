package io.distributedlock.chaos;

import java.time.Duration;

/**
 * What was seen at a moment of the soak test.
 *
 * @param time the time since its begin
 * @param held how many locks are held
 * @param lost how many were lost
 * @param heap the used heap of all clients after a garbage collection, in bytes
 * @param redisMemory the used memory of Redis in bytes
 * @param keys the number of keys in Redis
 */
record SoakSample(Duration time, long held, long lost, long heap, long redisMemory, long keys) {

}
