package io.distributedlock.chaos;

/**
 * Two who believed to hold the same lock at the same time.
 *
 * @param first who began first
 * @param second who began later
 */
record Overlap(Hold first, Hold second) {

	Interval time() {
		return new Interval(this.second.belief().from(),
				Math.max(this.second.belief().from(), Math.min(this.first.belief().to(), this.second.belief().to())));
	}

	@Override
	public String toString() {
		return "%s: %s with token %d, and after %.1f ms %s with token %d for %.1f ms".formatted(this.first.key(),
				this.first.id(), this.first.token(), millis(this.second.belief().from() - this.first.belief().from()),
				this.second.id(), this.second.token(), millis(time().to() - time().from()));
	}

	private static double millis(long nanos) {
		return nanos / 1e6;
	}

}
