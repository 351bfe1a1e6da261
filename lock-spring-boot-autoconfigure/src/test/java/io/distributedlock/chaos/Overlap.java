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
		return "%s and %s, both for %s".formatted(this.first, this.second, time().length());
	}

}
