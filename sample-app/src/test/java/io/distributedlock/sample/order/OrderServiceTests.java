package io.distributedlock.sample.order;

import java.util.Optional;

import io.distributedlock.LockLease;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

class OrderServiceTests {

	private final PaymentRepository payments = mock(PaymentRepository.class);

	private final LockLease lease = mock(LockLease.class);

	private final OrderService service = new OrderService(this.payments);

	@Test
	void paysUnderTheFencingTokenOfTheLease() {
		given(this.payments.find("42")).willReturn(Optional.empty());
		given(this.lease.fencingToken()).willReturn(7L);
		Payment payment = this.service.pay("42", this.lease);
		assertThat(payment).isEqualTo(new Payment("42", 7));
		then(this.payments).should().save(payment);
	}

	@Test
	void doesNotPayTwice() {
		given(this.payments.find("42")).willReturn(Optional.of(new Payment("42", 6)));
		assertThatExceptionOfType(AlreadyPaidException.class).isThrownBy(() -> this.service.pay("42", this.lease))
			.withMessageContaining("already paid, under fencing token 6");
		then(this.payments).should(never()).save(any());
	}

}
