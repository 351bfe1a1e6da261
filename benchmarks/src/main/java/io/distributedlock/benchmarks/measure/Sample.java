package io.distributedlock.benchmarks.measure;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one contestant reached in one round.
 */
public final class Sample {

	private final Map<Metric, Double> values = new LinkedHashMap<>();

	/**
	 * Add a value.
	 * @param metric the column
	 * @param value the value
	 * @return this sample
	 */
	public Sample with(Metric metric, double value) {
		this.values.put(metric, value);
		return this;
	}

	/**
	 * Return the values in the order of the columns.
	 * @return the values
	 */
	public Map<Metric, Double> values() {
		return Collections.unmodifiableMap(this.values);
	}

}
