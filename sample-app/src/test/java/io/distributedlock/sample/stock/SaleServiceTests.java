package io.distributedlock.sample.stock;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockStoreUnavailableException;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;

class SaleServiceTests {

	private final StockService stock = mock(StockService.class);

	private final StockRoom room = mock(StockRoom.class);

	private final SaleService sales = new SaleService(this.stock, this.room);

	@Test
	void buyersTakeTheirTurnsUnderTheLock() {
		given(this.stock.reserve("pear", 1)).willReturn(1, 0)
			.willThrow(new SoldOutException("pear", 1, 0))
			.willThrow(new LockNotAcquiredException("stock::pear", Duration.ofSeconds(30), null));
		given(this.room.get("pear")).willReturn(0);
		Sale sale = this.sales.hold("pear", 2, 5, true);
		assertThat(sale.millis()).isNotNegative();
		assertThat(sale).isEqualTo(new Sale("pear", true, 2, 5, 2, 1, 2, 0, sale.millis()));
		InOrder order = inOrder(this.stock);
		order.verify(this.stock).set("pear", 2);
		order.verify(this.stock, times(5)).reserve("pear", 1);
		then(this.room).should(never()).take(any(), anyInt());
	}

	@Test
	void buyersRushInWithoutTheLock() {
		given(this.room.take("pear", 1)).willReturn(1);
		given(this.room.get("pear")).willReturn(1);
		Sale sale = this.sales.hold("pear", 2, 5, false);
		assertThat(sale).isEqualTo(new Sale("pear", false, 2, 5, 5, 0, 0, 1, sale.millis()));
		then(this.room).should().set("pear", 2);
		then(this.stock).shouldHaveNoInteractions();
	}

	@Test
	void allBuyersComeAtOnce() {
		CyclicBarrier all = new CyclicBarrier(20);
		given(this.room.take("pear", 1)).will((call) -> all.await(30, TimeUnit.SECONDS));
		assertThat(this.sales.hold("pear", 20, 20, false).sold()).isEqualTo(20);
	}

	@Test
	void failureOfABuyerIsThatOfTheSale() {
		given(this.stock.reserve("pear", 1)).willThrow(new LockStoreUnavailableException("No answer", null));
		assertThatExceptionOfType(LockStoreUnavailableException.class)
			.isThrownBy(() -> this.sales.hold("pear", 2, 5, true));
	}

	@Test
	void saleThatIsInterruptedFailsAndStaysInterrupted() {
		// Buyers who are ready before anybody waits for them would end the sale
		given(this.room.take("pear", 1)).will((call) -> new CountDownLatch(1).await(30, TimeUnit.SECONDS));
		Thread.currentThread().interrupt();
		assertThatIllegalStateException().isThrownBy(() -> this.sales.hold("pear", 2, 5, false));
		assertThat(Thread.interrupted()).isTrue();
	}

}
