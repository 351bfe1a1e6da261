package io.distributedlock.benchmarks.measure;

import java.time.Duration;

/**
 * How much time a run takes.
 *
 * @param rounds how often each contestant has its turn
 * @param longRounds the same, for measures that take long
 * @param warmUp how long to warm up before each turn
 * @param firstWarmUp how many times as long to warm up before the first one, so that what
 * is measured is compiled code
 * @param watch how long to watch where commands come from
 * @param time how long to measure
 * @param handOvers how many times to hand over a lock
 * @param idle how long to watch waiters
 * @param renewedTtl the time to live of locks that are renewed
 * @param churn how long to lock and unlock before looking at the renewals of one lock
 */
public record Effort(int rounds, int longRounds, Duration warmUp, int firstWarmUp, Duration watch, Duration time,
		int handOvers, Duration idle, Duration renewedTtl, Duration churn) {

	/**
	 * Return the effort of a run whose numbers are to be trusted.
	 * @return about an hour
	 */
	public static Effort standard() {
		return new Effort(5, 3, Duration.ofSeconds(2), 5, Duration.ofMillis(300), Duration.ofSeconds(3), 300,
				Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofMinutes(1));
	}

	/**
	 * Return the effort of a run that shows whether everything works, and orders of
	 * magnitude.
	 * @return less than five minutes
	 */
	public static Effort quick() {
		return new Effort(1, 1, Duration.ofMillis(300), 1, Duration.ofMillis(100), Duration.ofMillis(700), 100,
				Duration.ofSeconds(2), Duration.ofSeconds(6), Duration.ofSeconds(2));
	}

	/**
	 * Set the number of rounds, of long measures too.
	 * @param rounds how often each contestant has its turn
	 * @return the effort with that number
	 */
	public Effort withRounds(int rounds) {
		return new Effort(rounds, rounds, this.warmUp, this.firstWarmUp, this.watch, this.time, this.handOvers,
				this.idle, this.renewedTtl, this.churn);
	}

	/**
	 * Return how long to watch renewals: two periods, each a third of the time to live.
	 */
	Duration renewalWindow() {
		return this.renewedTtl.dividedBy(3).multipliedBy(2);
	}

}
