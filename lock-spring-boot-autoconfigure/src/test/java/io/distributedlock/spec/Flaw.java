package io.distributedlock.spec;

/**
 * Something to do wrong in a model, by its name there, and what that must be found to
 * violate.
 *
 * @param module the name of the module
 * @param configuration the name of the configuration
 * @param name the name of the flaw
 * @param violated the property that it violates
 * @param generations how many generations it takes, or 0 for those of the configuration
 */
record Flaw(String module, String configuration, String name, String violated, int generations) {

	static final String EXCLUSION = "MutualExclusion";

	static final String FENCING = "FencingRises";

	/**
	 * A holder that is entitled to rely on the lock has it. With another contender, it is
	 * exclusion that is violated.
	 */
	static final String OWNERSHIP = "HolderOwnsLock";

	/**
	 * The same for a quorum.
	 */
	static final String QUORUM = "HolderHasQuorum";

	static Flaw ofHandOver(String name, String violated) {
		return new Flaw("HandOver", "HandOver", name, violated, 0);
	}

	static Flaw ofProgress(String name, String violated) {
		return new Flaw("HandOver", "HandOverProgress", name, violated, 0);
	}

	static Flaw ofRedlock(String name, String violated) {
		return new Flaw("Redlock", "Redlock", name, violated, 0);
	}

	/**
	 * Return the same flaw, which is found only in more generations.
	 */
	Flaw withGenerations(int count) {
		return new Flaw(this.module, this.configuration, this.name, this.violated, count);
	}

	Model model() {
		Model flawed = Model.read(this.module, this.configuration).with(this);
		return (this.generations > 0) ? flawed.with("MaxGen", Integer.toString(this.generations)) : flawed;
	}

	@Override
	public String toString() {
		return "%s violates %s of %s".formatted(this.name, this.violated, this.configuration);
	}

}
