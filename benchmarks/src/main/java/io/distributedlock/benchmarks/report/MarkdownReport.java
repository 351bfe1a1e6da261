package io.distributedlock.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import io.distributedlock.benchmarks.measure.Measure;
import io.distributedlock.benchmarks.measure.Metric;
import io.distributedlock.benchmarks.measure.Results;
import io.distributedlock.benchmarks.measure.Sample;

/**
 * A table for each measure: medians with the lowest and highest value of all rounds, and
 * the ratio of medians to the limit and to Redisson.
 */
public final class MarkdownReport {

	private final Results results;

	/**
	 * Create a report.
	 * @param results the results
	 */
	public MarkdownReport(Results results) {
		this.results = results;
	}

	/**
	 * Write the report.
	 * @param heading what was run, and where
	 * @return the text
	 */
	public String write(String heading) {
		String tables = this.results.measures().stream().map(this::section).collect(Collectors.joining("\n"));
		return heading + "\n" + tables;
	}

	private String section(Measure measure) {
		StringBuilder text = new StringBuilder("## %s\n\n`%s`\n\n".formatted(measure.title(), measure.id()));
		Map<String, List<Sample>> samples = this.results.samples(measure);
		if (!samples.isEmpty()) {
			table(measure, samples).forEach((row) -> text.append(row).append('\n'));
			text.append('\n');
		}
		this.results.notes(measure).forEach((note) -> text.append("- ").append(note).append('\n'));
		return text.toString();
	}

	private static List<String> table(Measure measure, Map<String, List<Sample>> samples) {
		List<String> references = measure.references().stream().filter(samples::containsKey).toList();
		Set<Metric> metrics = samples.values()
			.stream()
			.flatMap(Collection::stream)
			.flatMap((sample) -> sample.values().keySet().stream())
			.collect(Collectors.toCollection(LinkedHashSet::new));
		List<String> rows = new ArrayList<>();
		rows.add(header(metrics, references));
		rows.add(rows.get(0).replaceAll("[^|]+", "---"));
		samples.forEach((contestant, own) -> {
			List<String> cells = new ArrayList<>(List.of(contestant));
			for (Metric metric : metrics) {
				cells.add(summary(own, metric).toString());
				if (metric.compared()) {
					references
						.forEach((reference) -> cells.add(ratio(own, samples.getOrDefault(reference, own), metric)));
				}
			}
			rows.add(row(cells));
		});
		return rows;
	}

	private static String header(Set<Metric> metrics, List<String> references) {
		List<String> cells = new ArrayList<>(List.of(" "));
		for (Metric metric : metrics) {
			cells.add(metric.name());
			if (metric.compared()) {
				references.forEach((reference) -> cells.add("× " + reference));
			}
		}
		return row(cells);
	}

	private static String ratio(List<Sample> own, List<Sample> reference, Metric metric) {
		return Summary.format(summary(own, metric).median() / summary(reference, metric).median());
	}

	private static Summary summary(List<Sample> samples, Metric metric) {
		return Summary
			.of(samples.stream().map((sample) -> sample.values().get(metric)).filter(Objects::nonNull).toList());
	}

	private static String row(List<String> cells) {
		return "| " + String.join(" | ", cells) + " |";
	}

}
