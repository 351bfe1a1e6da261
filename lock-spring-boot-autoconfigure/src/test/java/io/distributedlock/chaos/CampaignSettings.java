package io.distributedlock.chaos;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much a campaign does.
 *
 * @param seed decides on the order and the times of faults and on what clients do
 * @param clients the number of JVMs
 * @param threads the number of threads of each
 * @param calmTime for how long there are no faults, before and afterwards
 * @param faultTime for how long there are faults
 * @param directory where the histories of the clients are written
 */
record CampaignSettings(long seed, int clients, int threads, Duration calmTime, Duration faultTime, Path directory) {

}
