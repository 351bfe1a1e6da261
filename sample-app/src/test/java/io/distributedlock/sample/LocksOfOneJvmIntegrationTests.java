package io.distributedlock.sample;

import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The counter-check of {@link TwoInstancesIntegrationTests}: with locks that end at the
 * JVM, the same calls sell units twice. So it is the lock in Redis that prevents it, and
 * the test would notice if it did not.
 */
class LocksOfOneJvmIntegrationTests {

	@Test
	void sellUnitsTwice() {
		try (TwoInstances instances = new TwoInstances("--distributed-lock.store=memory")) {
			instances.first().put("/stock/pear?quantity=300");
			TwoInstances.Reservations reservations = instances.reserve("pear", 400);
			assertThat(reservations.others()).isEmpty();
			assertThat(reservations.left()).hasSizeGreaterThan(300);
			assertThat(Set.copyOf(reservations.left())).hasSizeLessThan(reservations.left().size());
		}
	}

}
