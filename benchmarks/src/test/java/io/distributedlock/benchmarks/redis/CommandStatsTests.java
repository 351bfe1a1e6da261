package io.distributedlock.benchmarks.redis;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CommandStats} and {@link CommandOrigins}.
 */
class CommandStatsTests {

	@Test
	void leavesOutTheCommandsOfTheDriver() {
		CommandStats stats = CommandStats.parse("""
				# Commandstats
				cmdstat_set:calls=3,usec=7,usec_per_call=2.33,rejected_calls=0,failed_calls=0
				cmdstat_info:calls=9,usec=7,usec_per_call=2.33,rejected_calls=0,failed_calls=0
				cmdstat_client|list:calls=9,usec=7,usec_per_call=2.33,rejected_calls=0,failed_calls=0
				cmdstat_script|load:calls=1,usec=7,usec_per_call=2.33,rejected_calls=0,failed_calls=0
				""");
		assertThat(stats.calls()).containsOnly(Map.entry("set", 3L), Map.entry("script", 1L));
	}

	@Test
	void countsWhatWasExecutedSince() {
		CommandStats earlier = new CommandStats(Map.of("get", 5L));
		CommandStats later = new CommandStats(Map.of("get", 8L, "set", 2L));
		assertThat(later.since(earlier).all()).isEqualTo(5);
	}

	@Test
	void attributesCommandsToClientsByTheSample() {
		CommandOrigins origins = new CommandOrigins();
		origins.add("evalsha", false);
		origins.add("get", true);
		origins.add("del", true);
		origins.add("del", false);
		CommandStats stats = new CommandStats(Map.of("evalsha", 10L, "get", 10L, "del", 20L, "ping", 1L));
		assertThat(stats.byClients(origins)).isEqualTo(10 + 0 + 10 + 1);
	}

}
