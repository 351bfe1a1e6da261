package io.distributedlock.sample.stock;

import java.time.Duration;

import io.distributedlock.LockLease;
import io.distributedlock.LockLostException;
import io.distributedlock.sample.SampleProperties;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

class StockServiceTests {

	private final StockRoom room = mock(StockRoom.class);

	private final LockLease lease = mock(LockLease.class);

	@Test
	void counts() {
		given(this.room.get("pear")).willReturn(3);
		assertThat(service(Duration.ZERO).count("pear", this.lease)).isEqualTo(3);
	}

	@Test
	void doesNotCountWithoutTheLock() {
		assertThatIllegalStateException().isThrownBy(() -> service(Duration.ZERO).count("pear", null));
	}

	@Test
	void countEndsWhenItsLockIsLost() {
		willThrow(new LockLostException("stock::pear", "gone")).given(this.lease).ensureHeld();
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(LockLostException.class)
			.isThrownBy(() -> service(Duration.ofMinutes(1)).count("pear", this.lease));
	}

	@Test
	void countThatIsInterruptedForAnotherReasonFailsAndStaysInterrupted() {
		Thread.currentThread().interrupt();
		assertThatIllegalStateException().isThrownBy(() -> service(Duration.ofMinutes(1)).count("pear", this.lease))
			.withMessageContaining("Interrupted while counting 'pear'");
		assertThat(Thread.interrupted()).isTrue();
	}

	private StockService service(Duration stocktakingTime) {
		return new StockService(this.room, new SampleProperties(Duration.ZERO, stocktakingTime, Duration.ZERO,
				Duration.ZERO, new SampleProperties.Redis(0)));
	}

}
