package io.distributedlock.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.memory.MemoryLockStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LockStatistics}.
 */
class LockStatisticsTests {

	private final LockStatistics statistics = new LockStatistics();

	private final MemoryLockStore store = new MemoryLockStore();

	private final LockTemplate template = new LockTemplate(this.store, LockSettings.defaults(),
			List.of(this.statistics));

	@AfterEach
	void stop() {
		this.template.stop();
	}

	@Test
	void holdsAreCountedByName() {
		LockLease one = this.template.acquire(spec("a", "orders"));
		LockLease two = this.template.acquire(spec("b", "orders"));
		LockLease other = this.template.acquire(spec("c", "stock"));
		assertThat(of("orders").active()).isEqualTo(2);
		assertThat(of("stock").active()).isOne();
		assertThat(of("orders").acquired()).isEqualTo(2);
		one.close();
		two.close();
		other.close();
		assertThat(this.statistics.names()).allSatisfy((name) -> {
			assertThat(name.active()).isZero();
			assertThat(name.waiting()).isZero();
			assertThat(name.notAcquired()).isZero();
			assertThat(name.lost()).isZero();
		});
	}

	@Test
	void lockThatWasTakenAwayIsLostAndNotActive() {
		LockLease lease = this.template.acquire(spec("a", "orders"));
		this.store.forceRelease("a");
		assertThat(lease.isHeld()).isFalse();
		lease.close();
		assertThat(of("orders").lost()).isOne();
		assertThat(of("orders").active()).isZero();
	}

	@Test
	void numberOfNamesIsBounded() {
		List<String> told = new ArrayList<>();
		this.statistics.forEachName((name) -> told.add(name.name()));
		for (int i = 0; i < 1000; i++) {
			this.template.acquire(spec("a", "name-" + i)).close();
		}
		assertThat(this.statistics.names()).hasSize(LockNames.MAX_NAMES + 1);
		assertThat(of("name-0").acquired()).isOne();
		assertThat(of(LockNames.OTHER).acquired()).isEqualTo(1000 - LockNames.MAX_NAMES);
		assertThat(told).doesNotHaveDuplicates().hasSize(LockNames.MAX_NAMES + 1);
	}

	private LockStatistics.OfName of(String name) {
		return this.statistics.names().stream().filter((each) -> each.name().equals(name)).findFirst().orElseThrow();
	}

	private static LockSpec spec(String key, String name) {
		return LockSpec.of(key).withName(name).withWaitTime(Duration.ZERO);
	}

}
