package io.distributedlock.benchmarks.report;

import io.distributedlock.benchmarks.measure.Measure;
import io.distributedlock.benchmarks.measure.Results;
import io.distributedlock.benchmarks.measure.Sample;

/**
 * One line for each value of each round.
 */
public final class CsvReport {

	private final Results results;

	/**
	 * Create a report.
	 * @param results the results
	 */
	public CsvReport(Results results) {
		this.results = results;
	}

	/**
	 * Write the report.
	 * @return the text
	 */
	public String write() {
		StringBuilder text = new StringBuilder("measure,contestant,metric,round,value\n");
		for (Measure measure : this.results.measures()) {
			this.results.samples(measure).forEach((contestant, samples) -> {
				for (int i = 0; i < samples.size(); i++) {
					append(text, "%s,%s".formatted(measure.id(), quote(contestant)), i + 1, samples.get(i));
				}
			});
		}
		return text.toString();
	}

	private static void append(StringBuilder text, String prefix, int round, Sample sample) {
		sample.values()
			.forEach((metric, value) -> text.append(prefix)
				.append(',')
				.append(quote(metric.name()))
				.append(',')
				.append(round)
				.append(',')
				.append(value)
				.append('\n'));
	}

	private static String quote(String text) {
		return '"' + text.replace("\"", "\"\"") + '"';
	}

}
