package io.distributedlock.engine;

import java.time.Duration;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.memory.MemoryLockStore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link LongHoldWatch}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LongHoldWatchTests {

	private final LockTemplate template = new LockTemplate(new MemoryLockStore(), LockSettings.defaults());

	private final LongHoldWatch watch = new LongHoldWatch(this.template, Duration.ofMillis(100));

	@AfterEach
	void stop() {
		this.watch.stop();
		this.template.stop();
	}

	@Test
	void lockThatIsHeldForTooLongIsNamedOnceWhileItIsHeld(CapturedOutput output) {
		this.watch.start();
		LockLease lease = this.template.acquire(LockSpec.of("orders::42").withName("orders"));
		Awaitility.await().untilAsserted(() -> assertThat(output).contains("Lock 'orders::42'"));
		assertThat(lease.isHeld()).isTrue();
		Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
		assertThat(output).containsOnlyOnce("Lock 'orders::42' (name 'orders', thread '%s') has been held for"
			.formatted(Thread.currentThread().getName()));
		lease.close();
		this.template.acquire(LockSpec.of("orders::42").withName("again"));
		Awaitility.await().untilAsserted(() -> assertThat(output).contains("Lock 'orders::42' (name 'again'"));
	}

	@Test
	void lockThatIsReleasedInTimeIsNotNamed(CapturedOutput output) {
		this.watch.start();
		for (int i = 0; i < 20; i++) {
			this.template.acquire(LockSpec.of("k")).close();
			Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> true);
		}
		assertThat(output).doesNotContain("has been held for");
	}

	@Test
	void limitMustBePositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> new LongHoldWatch(this.template, Duration.ZERO));
	}

}
