package io.distributedlock.chaos;

import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Something that may happen to a topology.
 *
 * @param name a name for the report
 * @param unseen whether servers may have forgotten locks when it has begun, which they do
 * not tell themselves
 * @param injection begins the fault at a random place and returns what ends it
 */
record Fault(String name, boolean unseen, Function<Random, Runnable> injection) {

	Fault(String name, Function<Random, Runnable> injection) {
		this(name, false, injection);
	}

	/**
	 * Return a fault that is over at once.
	 */
	static Fault momentary(String name, boolean unseen, Consumer<Random> injection) {
		return new Fault(name, unseen, (random) -> {
			injection.accept(random);
			return () -> {
			};
		});
	}

}
