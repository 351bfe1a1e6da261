package io.distributedlock.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.distributedlock.engine.LockSettings;
import io.distributedlock.redis.redlock.RedlockSettings;
import org.junit.jupiter.api.Test;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.Ordered;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DistributedLockProperties} and their metadata.
 */
class DistributedLockPropertiesTests {

	@Test
	void defaultsAreThoseOfTheEngine() {
		DistributedLockProperties properties = new DistributedLockProperties();
		LockSettings defaults = LockSettings.defaults();
		assertThat(properties.getTtl()).isEqualTo(defaults.ttl());
		assertThat(properties.getWaitTime()).isEqualTo(defaults.waitTime());
		assertThat(properties.isRenew()).isEqualTo(defaults.renew());
		assertThat(properties.getRelease()).isEqualTo(defaults.releaseMode());
		assertThat(properties.getResponseTimeout()).isEqualTo(defaults.responseTimeout());
		assertThat(properties.getReleaseTimeout()).isEqualTo(defaults.releaseTimeout());
	}

	@Test
	void defaultsOfTheQuorumAreThoseOfItsStore() {
		DistributedLockProperties.Redlock properties = new DistributedLockProperties().getRedlock();
		assertThat(new RedlockSettings(new DistributedLockProperties().getKeyPrefix(), properties.getNodeTimeout(),
				properties.getConnectTimeout(), properties.getMaxTtl(), properties.isNodesPersistEveryWrite(),
				properties.getFenceTtl(), properties.getMaxClockSkew()))
			.isEqualTo(RedlockSettings.defaults());
	}

	@Test
	void locksGoAroundTransactionsByDefault() {
		assertThat(new DistributedLockProperties().getAdvisorOrder()).isLessThan(Ordered.LOWEST_PRECEDENCE);
	}

	@Test
	void metadataHasTheDefaults() {
		Map<String, Object> defaults = new HashMap<>();
		metadata().forEach((property) -> defaults.put(name(property), property.get("defaultValue")));
		assertThat(defaults).containsEntry("distributed-lock.enabled", true)
			.containsEntry("distributed-lock.store", "redis")
			.containsEntry("distributed-lock.key-prefix", "lock:")
			.containsEntry("distributed-lock.ttl", "30s")
			.containsEntry("distributed-lock.wait-time", "5s")
			.containsEntry("distributed-lock.renew", true)
			.containsEntry("distributed-lock.release", "sync")
			.containsEntry("distributed-lock.response-timeout", "30ms")
			.containsEntry("distributed-lock.release-timeout", "1s")
			.hasEntrySatisfying("distributed-lock.advisor-order",
					(order) -> assertThat(((Number) order).intValue())
						.isEqualTo(new DistributedLockProperties().getAdvisorOrder()))
			.containsEntry("distributed-lock.warn-held-longer-than", null)
			.containsEntry("distributed-lock.transaction.commit-guard", true)
			.containsEntry("distributed-lock.transaction.release-after-completion", false)
			.containsEntry("distributed-lock.max-hold", null)
			.containsEntry("distributed-lock.mdc", false)
			.containsEntry("distributed-lock.validation", "fail")
			.containsEntry("distributed-lock.locks", null)
			.containsEntry("distributed-lock.redis.connection-factory", null)
			.containsEntry("distributed-lock.redis.fence-ttl", "60s")
			.containsEntry("distributed-lock.redis.min-replicas", 0)
			.containsEntry("distributed-lock.redis.replication-timeout", "20ms")
			.containsEntry("distributed-lock.redlock.nodes", null)
			.containsEntry("distributed-lock.redlock.node-timeout", null)
			.containsEntry("distributed-lock.redlock.connect-timeout", "1s")
			.containsEntry("distributed-lock.redlock.max-ttl", "30s")
			.containsEntry("distributed-lock.redlock.nodes-persist-every-write", false)
			.containsEntry("distributed-lock.redlock.fence-ttl", "60s")
			.containsEntry("distributed-lock.redlock.max-clock-skew", "500ms");
	}

	@Test
	void everyPropertyIsDescribed() {
		assertThat(metadata()).hasSizeGreaterThanOrEqualTo(12).allSatisfy((property) -> {
			String description = Objects.toString(property.get("description"));
			assertThat(description).as(name(property))
				.matches("[A-Z].*\\.")
				.doesNotStartWith("The ")
				.doesNotStartWith("A ")
				.doesNotContain("{@");
			if ("java.lang.Boolean".equals(property.get("type"))) {
				assertThat(description).as(name(property)).startsWith("Whether ");
			}
		});
	}

	@Test
	void handWrittenMetadataIsSorted() {
		assertThat(read("META-INF/additional-spring-configuration-metadata.json"))
			.extracting(DistributedLockPropertiesTests::name)
			.isSorted();
	}

	private static String name(Map<String, Object> property) {
		return Objects.toString(property.get("name"));
	}

	private static List<Map<String, Object>> metadata() {
		return read("META-INF/spring-configuration-metadata.json");
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> read(String file) {
		try {
			String json = new ClassPathResource(file).getContentAsString(StandardCharsets.UTF_8);
			return (List<Map<String, Object>>) JsonParserFactory.getJsonParser().parseMap(json).get("properties");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
