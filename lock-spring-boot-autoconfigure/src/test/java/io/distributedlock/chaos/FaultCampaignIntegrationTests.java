package io.distributedlock.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several JVMs use locks while everything around them fails at random. The system
 * property {@code chaos.duration} says how long there are faults in all, and
 * {@code chaos.seed} which ones, a random choice if it is zero. The report is written to
 * {@code target/chaos}.
 */
class FaultCampaignIntegrationTests {

	private static final int TOPOLOGIES = 4;

	private static final Duration DURATION = DurationStyle.detectAndParse(System.getProperty("chaos.duration", "16s"))
		.dividedBy(TOPOLOGIES);

	private static final int CLIENTS = (DURATION.toSeconds() < 30) ? 2 : 3;

	private static final long SEED = seed();

	private static final Path DIRECTORY = Path.of("target", "chaos");

	@Test
	void standalone() throws IOException {
		neverAnythingUnexpected("standalone", () -> new StandaloneTopology(CLIENTS));
	}

	@Test
	void sentinel() throws IOException {
		neverAnythingUnexpected("sentinel", () -> new SentinelTopology(CLIENTS));
	}

	@Test
	void cluster() throws IOException {
		neverAnythingUnexpected("cluster", () -> new ClusterTopology(CLIENTS));
	}

	@Test
	void redlock() throws IOException {
		neverAnythingUnexpected("redlock", RedlockTopology::new);
	}

	private static long seed() {
		long seed = Long.getLong("chaos.seed", 0);
		return (seed != 0) ? seed : System.nanoTime();
	}

	private static void neverAnythingUnexpected(String name, Supplier<Topology> servers) throws IOException {
		System.out.printf("Fault campaign on %s for %s, to be repeated with -Dchaos.seed=%d%n", name, DURATION, SEED);
		Path histories = DIRECTORY.resolve(name);
		FileSystemUtils.deleteRecursively(histories);
		Files.createDirectories(histories);
		CampaignSettings settings = new CampaignSettings(SEED, CLIENTS, 4, DURATION.dividedBy(8), DURATION, histories);
		try (Topology topology = servers.get(); Campaign campaign = new Campaign(topology, settings)) {
			CampaignResult result = campaign.run();
			Verdict verdict = result.verdict();
			CampaignReport.write(DIRECTORY.resolve(name + ".md"), name, result, verdict);
			assertThat(verdict.violations()).as("violations, seed %d", SEED).isEmpty();
			assertThat(result.history().holds()).as("holds, seed %d", SEED).isNotEmpty();
		}
	}

}
