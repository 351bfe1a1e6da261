package io.distributedlock.chaos;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * The random order and times of faults. The same seed gives the same schedule. Each fault
 * comes once before one comes again.
 */
final class Schedule {

	private final List<Fault> faults;

	private final Random random;

	private final Deque<Fault> next = new ArrayDeque<>();

	Schedule(List<Fault> faults, long seed) {
		this.faults = faults;
		this.random = new Random(seed);
	}

	Random random() {
		return this.random;
	}

	Fault nextFault() {
		if (this.next.isEmpty()) {
			List<Fault> shuffled = new ArrayList<>(this.faults);
			Collections.shuffle(shuffled, this.random);
			this.next.addAll(shuffled);
		}
		return this.next.remove();
	}

	/**
	 * Return for how long a fault lasts: from a moment to longer than a lease.
	 */
	Duration faultTime() {
		return Duration.ofMillis(20 + this.random.nextInt((this.random.nextInt(4) > 0) ? 500 : 2000));
	}

	/**
	 * Return for how long all is well.
	 */
	Duration calmTime() {
		return Duration.ofMillis(50 + this.random.nextInt(500));
	}

	/**
	 * Return what happens to a client during a fault.
	 */
	ClientFault nextClientFault() {
		int dice = this.random.nextInt(24);
		return (dice == 0) ? ClientFault.KILLED : (dice < 6) ? ClientFault.SUSPENDED : ClientFault.NONE;
	}

	int pick(int size) {
		return this.random.nextInt(size);
	}

	/**
	 * What may happen to a client.
	 */
	enum ClientFault {

		NONE, SUSPENDED, KILLED

	}

}
