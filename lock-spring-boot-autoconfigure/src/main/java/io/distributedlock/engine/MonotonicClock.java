package io.distributedlock.engine;

/**
 * The time source of the engine: nanoseconds that never go back, as
 * {@link System#nanoTime()}. Only differences have a meaning.
 */
@FunctionalInterface
interface MonotonicClock {

	long nanoTime();

}
