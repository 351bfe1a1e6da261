package io.distributedlock.sample.stock;

import java.time.Duration;

import io.distributedlock.InvalidLockKeyException;
import io.distributedlock.LockClosedException;
import io.distributedlock.LockHolder;
import io.distributedlock.LockLostException;
import io.distributedlock.LockNotAcquiredException;
import io.distributedlock.LockStoreUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

@WebMvcTest(StockController.class)
class StockControllerTests {

	@Autowired
	private MockMvcTester mvc;

	@MockitoBean
	private StockService stock;

	@MockitoBean
	private SaleService sales;

	@Test
	void setsAndReads() {
		given(this.stock.get("pear")).willReturn(5);
		assertThat(this.mvc.put().uri("/stock/pear?quantity=5")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo("{'sku': 'pear', 'quantity': 5}".replace('\'', '"'));
		then(this.stock).should().set("pear", 5);
		assertThat(this.mvc.get().uri("/stock/pear")).hasStatusOk().bodyJson().extractingPath("quantity").isEqualTo(5);
	}

	@Test
	void reservesOneUnlessToldOtherwise() {
		given(this.stock.reserve("pear", 1)).willReturn(4);
		given(this.stock.reserve("pear", 3)).willReturn(1);
		assertThat(this.mvc.post().uri("/stock/pear/reserve")).hasStatusOk()
			.bodyJson()
			.extractingPath("quantity")
			.isEqualTo(4);
		assertThat(this.mvc.post().uri("/stock/pear/reserve?quantity=3")).hasStatusOk()
			.bodyJson()
			.extractingPath("quantity")
			.isEqualTo(1);
	}

	@Test
	void answersConflictWhenSoldOut() {
		given(this.stock.reserve("pear", 1)).willThrow(new SoldOutException("pear", 1, 0));
		assertThatProblem(reserve(), HttpStatus.CONFLICT, "1 of 'pear' wanted, 0 left");
	}

	@Test
	void answersNotFoundForUnknownSku() {
		given(this.stock.get("pear")).willThrow(new UnknownSkuException("pear"));
		assertThatProblem(this.mvc.get().uri("/stock/pear").exchange(), HttpStatus.NOT_FOUND, "no article 'pear'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "?quantity=-1", "?quantity=some", "?quantity=2147483648", "" })
	void answersBadRequestForQuantityThatCannotBeSet(String query) {
		assertThatProblem(this.mvc.put().uri("/stock/pear" + query).exchange(), HttpStatus.BAD_REQUEST, "quantity");
		then(this.stock).shouldHaveNoInteractions();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "some" })
	void answersBadRequestForQuantityThatCannotBeReserved(String quantity) {
		assertThatProblem(this.mvc.post().uri("/stock/pear/reserve?quantity=" + quantity).exchange(),
				HttpStatus.BAD_REQUEST, "quantity");
		then(this.stock).shouldHaveNoInteractions();
	}

	@Test
	void counts() {
		given(this.stock.count("pear", null)).willReturn(5);
		assertThat(this.mvc.post().uri("/stock/pear/count")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo("{'sku': 'pear', 'quantity': 5}".replace('\'', '"'));
	}

	@Test
	void answersConflictWhenTheLockIsLost() {
		given(this.stock.count("pear", null)).willThrow(new LockLostException("stock::pear", "Held by secret-host"));
		MvcTestResult result = this.mvc.post().uri("/stock/pear/count").exchange();
		assertThatProblem(result, HttpStatus.CONFLICT, "The lock of 'stock::pear' was lost");
		assertThat(result).bodyText().doesNotContain("secret-host");
	}

	@Test
	void sellsWithTheLockUnlessToldOtherwise() {
		given(this.sales.hold("pear", 5, 10, true)).willReturn(new Sale("pear", true, 5, 10, 5, 4, 1, 0, 70));
		given(this.sales.hold("pear", 5, 10, false)).willReturn(new Sale("pear", false, 5, 10, 10, 0, 0, 4, 20));
		assertThat(this.mvc.post().uri("/stock/pear/sale?units=5&buyers=10")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo(
					"""
							{"sku": "pear", "locked": true, "units": 5, "buyers": 10, "sold": 5, "soldOut": 4, "gaveUp": 1, "left": 0,
							"millis": 70}""");
		assertThat(this.mvc.post().uri("/stock/pear/sale?units=5&buyers=10&locked=false")).hasStatusOk()
			.bodyJson()
			.extractingPath("sold")
			.isEqualTo(10);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?units=5", "?units=-1&buyers=1", "?units=5&buyers=0", "?units=5&buyers=201",
			"?units=5&buyers=1&locked=perhaps" })
	void answersBadRequestForASaleThatCannotBeHeld(String query) {
		assertThatProblem(this.mvc.post().uri("/stock/pear/sale" + query).exchange(), HttpStatus.BAD_REQUEST, "");
		then(this.sales).shouldHaveNoInteractions();
	}

	@Test
	void answersLockedWhenLockIsBusy() {
		given(this.stock.reserve("pear", 1)).willThrow(new LockNotAcquiredException("stock::pear",
				Duration.ofSeconds(30), new LockHolder("sample-app", "secret-host", 123, null)));
		MvcTestResult result = reserve();
		assertThatProblem(result, HttpStatus.LOCKED, "Another request is working on 'stock::pear'");
		assertThat(result).headers().hasValue("Retry-After", "1");
		assertThat(result).bodyText().doesNotContain("secret-host");
	}

	@Test
	void answersUnavailableWhenRedisCannotBeReached() {
		given(this.stock.reserve("pear", 1)).willThrow(new LockStoreUnavailableException("No answer", null),
				new RedisConnectionFailureException("No connection"), new LockClosedException("stock::pear"));
		for (int i = 0; i < 3; i++) {
			MvcTestResult result = reserve();
			assertThatProblem(result, HttpStatus.SERVICE_UNAVAILABLE, "Try again later");
			assertThat(result).headers().hasValue("Retry-After", "5");
		}
	}

	@Test
	void answersBadRequestForKeyThatCannotBeLocked() {
		given(this.stock.reserve("pear", 1)).willThrow(new InvalidLockKeyException("Key is blank"));
		assertThatProblem(reserve(), HttpStatus.BAD_REQUEST, "must not be blank");
	}

	private MvcTestResult reserve() {
		return this.mvc.post().uri("/stock/pear/reserve").exchange();
	}

	private static void assertThatProblem(MvcTestResult result, HttpStatus status, String detail) {
		assertThat(result).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(result).bodyJson().extractingPath("detail").asString().contains(detail);
	}

}
