package io.distributedlock.sample.stock;

import java.time.Duration;
import java.util.OptionalInt;

import io.distributedlock.sample.SampleProperties;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

class StockRoomTests {

	private final StockRepository repository = mock(StockRepository.class);

	private final StockRoom room = new StockRoom(this.repository, new SampleProperties(Duration.ZERO, Duration.ZERO,
			Duration.ZERO, Duration.ZERO, new SampleProperties.Redis(0)));

	@Test
	void takesWhatIsThere() {
		given(this.repository.find("pear")).willReturn(OptionalInt.of(3));
		assertThat(this.room.take("pear", 2)).isOne();
		then(this.repository).should().save("pear", 1);
	}

	@Test
	void takesTheLastUnit() {
		given(this.repository.find("pear")).willReturn(OptionalInt.of(1));
		assertThat(this.room.take("pear", 1)).isZero();
		then(this.repository).should().save("pear", 0);
	}

	@Test
	void doesNotTakeMoreThanThereIs() {
		given(this.repository.find("pear")).willReturn(OptionalInt.of(1));
		assertThatExceptionOfType(SoldOutException.class).isThrownBy(() -> this.room.take("pear", 2))
			.withMessageContaining("2 of 'pear' wanted, 1 left");
		then(this.repository).should(never()).save(any(), anyInt());
	}

	@Test
	void doesNotTakeWhatIsUnknown() {
		given(this.repository.find("pear")).willReturn(OptionalInt.empty());
		assertThatExceptionOfType(UnknownSkuException.class).isThrownBy(() -> this.room.take("pear", 1))
			.withMessageContaining("no article 'pear'");
	}

}
