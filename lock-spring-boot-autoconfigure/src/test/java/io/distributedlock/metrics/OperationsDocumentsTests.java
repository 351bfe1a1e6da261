package io.distributedlock.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.OnContention;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.autoconfigure.LockMetricsAutoConfiguration;
import io.distributedlock.autoconfigure.LockObservationAutoConfiguration;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.yaml.snakeyaml.Yaml;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard, the alert rules and the table of metrics in the documentation contain
 * only what a scrape has, with the labels it has.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsDocumentsTests {

	private static final Path DOCUMENTS = Path.of("..", "docs", "operations");

	private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? .*");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=~?\"|(\\w+)!=\"");

	private static final Pattern SELECTOR = Pattern.compile("(distributed_lock_\\w+)(?:\\{([^}]*)})?");

	private static final Pattern GROUPING = Pattern.compile("by \\(([\\w, ]+)\\)");

	/**
	 * The labels of each sample of a scrape.
	 */
	private final Map<String, Set<String>> scrape = new HashMap<>();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				PrometheusMetricsExportAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
				ObservationAutoConfiguration.class, DistributedLockAutoConfiguration.class,
				LockMetricsAutoConfiguration.class, LockObservationAutoConfiguration.class));

	@BeforeAll
	void scrape() {
		this.contextRunner.withPropertyValues("distributed-lock.store=memory").withBean(Report.class).run((context) -> {
			LockOperations locks = context.getBean(LockOperations.class);
			LockSpec spec = LockSpec.of("k").withName("orders").withWaitTime(Duration.ZERO);
			try (LockLease lease = locks.acquire(spec)) {
				assertThat(lease.isHeld()).isTrue();
				CompletableFuture.runAsync(() -> assertThat(locks.tryAcquire(spec)).isEmpty()).join();
				CompletableFuture.runAsync(context.getBean(Report.class)::write).join();
				read(context.getBean(PrometheusMeterRegistry.class).scrape());
			}
			read(context.getBean(PrometheusMeterRegistry.class).scrape());
		});
		this.contextRunner
			.withPropertyValues(
					"distributed-lock.redlock.nodes=redis://127.0.0.1:1,redis://127.0.0.1:2,redis://127.0.0.1:3")
			.run((context) -> read(context.getBean(PrometheusMeterRegistry.class).scrape()));
	}

	private void read(String text) {
		text.lines().filter((line) -> !line.startsWith("#")).forEach((line) -> {
			Matcher sample = SAMPLE.matcher(line);
			assertThat(sample.matches()).as(line).isTrue();
			this.scrape.computeIfAbsent(sample.group(1), (ignored) -> new HashSet<>()).addAll(labels(sample.group(2)));
		});
	}

	private static Set<String> labels(String selector) {
		Set<String> labels = new TreeSet<>();
		Matcher matcher = LABEL.matcher((selector != null) ? selector : "");
		while (matcher.find()) {
			labels.add((matcher.group(1) != null) ? matcher.group(1) : matcher.group(2));
		}
		return labels;
	}

	@Test
	void dashboardShowsWhatThereIs() throws IOException {
		String dashboard = Files.readString(DOCUMENTS.resolve("grafana-dashboard.json"));
		List<String> expressions = JsonPath.read(dashboard, "$..expr");
		assertThat(expressions).hasSizeGreaterThan(10).allSatisfy(this::assertThatExists);
		List<String> definitions = JsonPath.read(dashboard, "$..definition");
		assertThat(definitions).allSatisfy(this::assertThatExists);
		List<Integer> ids = JsonPath.read(dashboard, "$.panels[*].id");
		assertThat(ids).doesNotHaveDuplicates();
	}

	@Test
	void alertsWatchWhatThereIs() throws IOException {
		List<Map<String, Object>> rules = new ArrayList<>();
		Map<String, List<Map<String, List<Map<String, Object>>>>> document = new Yaml()
			.load(Files.readString(DOCUMENTS.resolve("prometheus-alerts.yml")));
		document.get("groups").forEach((group) -> rules.addAll(group.get("rules")));
		assertThat(rules).hasSizeGreaterThan(5).allSatisfy((rule) -> {
			assertThat(rule)
				.containsOnlyKeys(
						Stream.of("alert", "expr", "for", "labels", "annotations").filter(rule::containsKey).toList())
				.containsKeys("alert", "expr", "labels", "annotations");
			assertThatExists((String) rule.get("expr"));
		});
	}

	@Test
	void tableNamesAllMetersThereAreAndNoOthers() throws IOException {
		Set<String> documented = new TreeSet<>();
		Files.readAllLines(DOCUMENTS.resolve("README.md")).forEach((line) -> {
			Matcher row = Pattern.compile("\\| `(distributed\\.lock\\.[\\w.]+)` \\|.*").matcher(line);
			if (row.matches()) {
				documented.add(row.group(1).replace('.', '_'));
			}
		});
		Set<String> existing = new TreeSet<>();
		this.scrape.keySet()
			.stream()
			.filter((name) -> name.startsWith("distributed_lock_"))
			.forEach((name) -> existing
				.add(name.replaceAll("(_seconds)?(_count|_sum|_max|_total)?$", "").replaceAll("_seconds$", "")));
		assertThat(documented).isEqualTo(existing);
	}

	private void assertThatExists(String expression) {
		Matcher selectors = SELECTOR.matcher(expression);
		Set<String> grouping = new TreeSet<>();
		Matcher groupings = GROUPING.matcher(expression);
		while (groupings.find()) {
			grouping.addAll(List.of(groupings.group(1).split(", ")));
		}
		boolean found = false;
		while (selectors.find()) {
			found = true;
			assertThat(this.scrape).as(expression).containsKey(selectors.group(1));
			Set<String> labels = this.scrape.get(selectors.group(1));
			assertThat(labels).as(expression).containsAll(labels(selectors.group(2))).containsAll(grouping);
		}
		assertThat(found).as("a metric in " + expression).isTrue();
	}

	static class Report {

		@DistributedLock(key = "'k'", waitTime = "0", onContention = OnContention.SKIP)
		void write() {
		}

	}

}
