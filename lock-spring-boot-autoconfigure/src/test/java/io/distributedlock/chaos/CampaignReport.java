package io.distributedlock.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Writes down in Markdown what came out of a campaign.
 */
final class CampaignReport {

	private static final int MAX_DETAILS = 20;

	private final StringBuilder text = new StringBuilder();

	static void write(Path file, String topology, CampaignResult result, Verdict verdict) throws IOException {
		CampaignReport report = new CampaignReport();
		report.summary(topology, result, verdict);
		report.table("Fault", "times", result.faults());
		report.table("Call and outcome", "times", result.outcomes());
		report.list("Violations", verdict.violations());
		report.list("Two holders while a server had forgotten locks", verdict.expected());
		Files.writeString(file, report.text);
	}

	private void summary(String topology, CampaignResult result, Verdict verdict) {
		CampaignSettings settings = result.settings();
		History history = result.history();
		Duration windows = result.windows().stream().map(Interval::length).reduce(Duration.ZERO, Duration::plus);
		List<Duration> excesses = verdict.excesses();
		this.text.append("# Fault campaign: ").append(topology).append("\n\n");
		row("", "");
		row("---", "---");
		row("seed", settings.seed());
		row("JVMs x threads", settings.clients() + " x " + settings.threads());
		row("time with faults", settings.faultTime());
		row("faults", result.faults().values().stream().mapToInt(Integer::intValue).sum());
		row("holds", history.holds().size());
		row("leases lost while held, all told to the holder", history.losses().size());
		row("violations", verdict.violations().size());
		row("times in which a server may have forgotten locks",
				"%d, %s in all".formatted(result.windows().size(), windows));
		row("two holders at a time within these", verdict.expected().size());
		row("calls that took longer than promised", "%d of %d".formatted(excesses.size(), history.waits().size()));
		row("the longest of them, by", excesses.isEmpty() ? "-" : excesses.get(excesses.size() - 1));
		row("script calls for each attempt and copy without faults",
				"%.2f (%d attempts)".formatted(result.commandsPerAttempt(), result.attemptsWithoutFaults()));
		row("growth of heaps in KB", result.heapGrowth().values().stream().map((bytes) -> bytes / 1024).toList());
		this.text.append('\n');
	}

	private void table(String name, String value, Map<String, ?> values) {
		row(name, value);
		row("---", "---:");
		values.forEach(this::row);
		this.text.append('\n');
	}

	private void row(String name, Object value) {
		this.text.append("| ").append(name).append(" | ").append(value).append(" |\n");
	}

	private void list(String title, List<?> entries) {
		if (!entries.isEmpty()) {
			this.text.append("## ").append(title).append("\n\n");
			entries.stream().limit(MAX_DETAILS).forEach((entry) -> this.text.append("- ").append(entry).append('\n'));
			if (entries.size() > MAX_DETAILS) {
				this.text.append("- and %d more\n".formatted(entries.size() - MAX_DETAILS));
			}
			this.text.append('\n');
		}
	}

}
