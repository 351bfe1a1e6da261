package io.distributedlock.benchmarks.measure;

/**
 * A column of a table.
 *
 * @param name its heading, with the unit
 * @param compared whether to show the ratio to the limit and to Redisson
 */
public record Metric(String name, boolean compared) {

	/**
	 * Create a metric without comparison.
	 * @param name its heading
	 * @return the metric
	 */
	public static Metric of(String name) {
		return new Metric(name, false);
	}

	/**
	 * Create a metric with comparison.
	 * @param name its heading
	 * @return the metric
	 */
	public static Metric compared(String name) {
		return new Metric(name, true);
	}

}
