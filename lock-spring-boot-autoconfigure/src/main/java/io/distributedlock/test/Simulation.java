package io.distributedlock.test;

/**
 * Something that {@link TestLocks} simulates until it is closed, or until the test has
 * ended.
 *
 * @since 1.0
 */
@FunctionalInterface
public interface Simulation extends AutoCloseable {

	/**
	 * End the simulation. Does nothing if it has ended.
	 */
	@Override
	void close();

}
