package io.distributedlock.benchmarks.report;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The values of all rounds.
 *
 * @param median the median
 * @param min the lowest
 * @param max the highest
 */
record Summary(double median, double min, double max) {

	static Summary of(Collection<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		int middle = sorted.size() / 2;
		double median = (sorted.size() % 2 != 0) ? sorted.get(middle)
				: (sorted.get(middle - 1) + sorted.get(middle)) / 2;
		return new Summary(median, sorted.get(0), sorted.get(sorted.size() - 1));
	}

	@Override
	public String toString() {
		String text = format(this.median);
		return (this.min < this.max) ? "%s (%s–%s)".formatted(text, format(this.min), format(this.max)) : text;
	}

	/**
	 * Format a number with three significant digits, or all digits before the point.
	 */
	static String format(double value) {
		if (Double.isInfinite(value)) {
			return "∞";
		}
		double size = Math.abs(value);
		if (size >= 100 || value == Math.rint(value)) {
			return String.format(Locale.ROOT, "%,.0f", value);
		}
		return String.format(Locale.ROOT, (size >= 10) ? "%.1f" : (size >= 1) ? "%.2f" : "%.3f", value);
	}

}
