package io.distributedlock.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import io.distributedlock.metrics.HotKeys.HotKey;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HotKeys}.
 */
class HotKeysTests {

	private final AtomicLong time = new AtomicLong(-5);

	private final HotKeys hotKeys = new HotKeys(this.time::get);

	@Test
	void keysAreSortedByTheTimeAllCallersHaveWaited() {
		waited("b", 30);
		waited("a", 10);
		waited("a", 40);
		this.hotKeys.notAcquired(new TestAttempt("c", "orders", true), null, Duration.ofMillis(45));
		assertThat(this.hotKeys.top(10)).containsExactly(hot("a", 50, 2), hot("c", 45, 1), hot("b", 30, 1));
		assertThat(this.hotKeys.top(1)).containsExactly(hot("a", 50, 2));
	}

	@Test
	void callsThatFindTheLockFreeDoNotCount() {
		this.hotKeys.acquired(new TestAttempt("a", "orders", false), new TestHold("a", "orders"), Duration.ofDays(1));
		this.hotKeys.notAcquired(new TestAttempt("a", "orders", false), null, Duration.ofDays(1));
		assertThat(this.hotKeys.top(10)).isEmpty();
	}

	@Test
	void hotKeysAreFoundAmongVeryManyOthersInBoundedMemory() {
		for (int i = 0; i < 100_000; i++) {
			waited("cold-" + i, ThreadLocalRandom.current().nextInt(1, 3));
			if (i % 10 == 0) {
				waited("hot-" + i % 50, 20);
			}
		}
		List<HotKey> all = this.hotKeys.top(1_000_000);
		assertThat(all).hasSize(HotKeys.CAPACITY);
		assertThat(all.subList(0, 5)).extracting(HotKey::key)
			.containsExactlyInAnyOrder("hot-0", "hot-10", "hot-20", "hot-30", "hot-40");
		assertThat(all.subList(0, 5)).allSatisfy((hot) -> {
			Duration exact = Duration.ofMillis(20 * 2000);
			assertThat(hot.waited()).isBetween(exact, exact.plus(hot.error()));
			assertThat(hot.waits()).isLessThanOrEqualTo(2000);
		});
	}

	@Test
	void timesLoseHalfOfTheirWeightInFiveMinutes() {
		waited("a", 1000);
		pass(Duration.ofMinutes(5));
		waited("b", 600);
		assertThat(this.hotKeys.top(10)).extracting(HotKey::key).containsExactly("b", "a");
		assertThat(this.hotKeys.top(10).get(1).waited()).isBetween(Duration.ofMillis(499), Duration.ofMillis(501));
		pass(Duration.ofDays(1));
		assertThat(this.hotKeys.top(10)).isEmpty();
	}

	@Test
	void longKeyIsCut() {
		waited("x".repeat(60_000), 1);
		assertThat(this.hotKeys.top(1).get(0).key()).hasSize(513).endsWith("…");
	}

	private void waited(String key, long millis) {
		this.hotKeys.acquired(new TestAttempt(key, "orders", true), new TestHold(key, "orders"),
				Duration.ofMillis(millis));
	}

	private void pass(Duration duration) {
		this.time.addAndGet(duration.toNanos());
	}

	private static HotKey hot(String key, long millis, long waits) {
		return new HotKey(key, "orders", Duration.ofMillis(millis), Duration.ZERO, waits);
	}

}
