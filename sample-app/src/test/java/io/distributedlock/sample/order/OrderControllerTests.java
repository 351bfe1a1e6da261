package io.distributedlock.sample.order;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

@WebMvcTest(OrderController.class)
class OrderControllerTests {

	@Autowired
	private MockMvcTester mvc;

	@MockitoBean
	private OrderService orders;

	@Test
	void answersWithFencingToken() {
		given(this.orders.pay("42", null)).willReturn(new Payment("42", 7));
		assertThat(this.mvc.post().uri("/orders/42/pay")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo("{'orderId': '42', 'fencingToken': 7}".replace('\'', '"'));
	}

	@Test
	void answersConflictWhenAlreadyPaid() {
		given(this.orders.pay("42", null)).willThrow(new AlreadyPaidException(new Payment("42", 7)));
		assertThat(this.mvc.post().uri("/orders/42/pay")).hasStatus(HttpStatus.CONFLICT)
			.hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
			.bodyJson()
			.extractingPath("detail")
			.asString()
			.contains("already paid");
	}

}
