package io.distributedlock.chaos;

import java.util.Random;
import java.util.function.Function;

/**
 * Something that may happen to a topology.
 *
 * @param name a name for the report
 * @param injection begins the fault at a random place and returns what ends it
 */
record Fault(String name, Function<Random, Runnable> injection) {

}
