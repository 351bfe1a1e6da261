package io.distributedlock.autoconfigure;

import io.distributedlock.health.LockHealthIndicator;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link LockHealthContributorAutoConfiguration}.
 */
class LockHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DistributedLockAutoConfiguration.class,
				LockHealthContributorAutoConfiguration.class))
		.withPropertyValues("distributed-lock.store=memory");

	@Test
	void locksInMemoryAreUpWithAWarning() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasBean("distributedLockHealthIndicator");
			Health health = context.getBean(LockHealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).contains(entry("mode", "memory"))
				.hasEntrySatisfying("probeMillis", (millis) -> assertThat((Double) millis).isNotNegative())
				.hasEntrySatisfying("warnings",
						(warnings) -> assertThat(warnings.toString()).contains("Locks are not distributed"));
		});
	}

	@Test
	void locksThatHaveStoppedAreDown() {
		this.contextRunner.run((context) -> {
			context.getSourceApplicationContext().stop();
			assertThat(context.getBean(LockHealthIndicator.class).health().getStatus()).isEqualTo(Status.DOWN);
		});
	}

	@Test
	void canBeSwitchedOff() {
		this.contextRunner.withPropertyValues("management.health.distributedlock.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LockHealthIndicator.class));
	}

	@Test
	void backsOffWhenTheUserDefinesAnIndicator() {
		HealthIndicator own = () -> Health.up().build();
		this.contextRunner.withBean("distributedLockHealthIndicator", HealthIndicator.class, () -> own)
			.run((context) -> assertThat(context).doesNotHaveBean(LockHealthIndicator.class)
				.getBean("distributedLockHealthIndicator")
				.isSameAs(own));
	}

	@Test
	void backsOffWithoutHealth() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(HealthIndicator.class.getPackageName()))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("distributedLockHealthIndicator"));
	}

	@Test
	void backsOffWithoutLocks() {
		this.contextRunner.withPropertyValues("distributed-lock.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("distributedLockHealthIndicator"));
	}

}
