package io.distributedlock.sample.monitor;

import java.io.UnsupportedEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.distributedlock.sample.SampleProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;

class LockMonitorTests {

	private final LockLookout lookout = mock(LockLookout.class);

	private final LockMonitor monitor = new LockMonitor(this.lookout, new SampleProperties(Duration.ZERO, Duration.ZERO,
			Duration.ZERO, Duration.ofDays(1), new SampleProperties.Redis(0)), Runnable::run);

	private final MockMvcTester mvc = MockMvcTester.of(new LockMonitorController(this.monitor));

	@BeforeEach
	void start() {
		given(this.lookout.look()).willReturn(new LockTable(Instant.EPOCH, List.of(), false, null, null));
		this.monitor.start();
	}

	@AfterEach
	void stop() {
		this.monitor.stop();
	}

	@Test
	void oneLookIsForAllViewers() {
		List<MvcTestResult> viewers = List.of(view(), view(), view());
		this.monitor.refresh();
		then(this.lookout).should(times(1)).look();
		assertThat(viewers).allSatisfy((viewer) -> {
			assertThat(viewer).hasStatusOk().hasContentTypeCompatibleWith(MediaType.TEXT_EVENT_STREAM);
			assertThat(sent(viewer)).startsWith("event:locks\ndata:{").contains("1970-01-01").endsWith("}\n\n");
		});
	}

	@Test
	void nobodyLooksWithoutAViewer() {
		this.monitor.refresh();
		then(this.lookout).shouldHaveNoInteractions();
	}

	@Test
	void refusesMoreViewersThanItCanServe() {
		for (int i = 0; i < LockMonitor.MAX_VIEWERS; i++) {
			assertThat(view()).hasStatusOk();
		}
		assertThat(view()).hasStatus(HttpStatus.SERVICE_UNAVAILABLE);
	}

	@Test
	void viewersHaveToAskAgainAfterSomeTime() {
		assertThat(view().getRequest().getAsyncContext()).isNotNull()
			.satisfies((async) -> assertThat(async.getTimeout()).isEqualTo(LockMonitor.VIEW_TIME.toMillis()));
	}

	@Test
	void endsItsViewersWhenItStops() throws Exception {
		MvcTestResult viewer = view();
		this.monitor.stop();
		assertThat(viewer.getMvcResult().getAsyncResult(10_000)).isNull();
		assertThat(this.monitor.isRunning()).isFalse();
		assertThat(view()).hasStatus(HttpStatus.SERVICE_UNAVAILABLE);
		this.monitor.start();
		assertThat(view()).hasStatusOk();
	}

	@Test
	void goesOnAfterALookThatFailed() {
		MvcTestResult viewer = view();
		given(this.lookout.look()).willThrow(new IllegalStateException("broken"))
			.willReturn(LockTable.unknown("not known"));
		this.monitor.refresh();
		this.monitor.refresh();
		assertThat(sent(viewer)).contains("broken", "not known");
	}

	private MvcTestResult view() {
		return this.mvc.get().uri("/locks").asyncExchange();
	}

	private static String sent(MvcTestResult viewer) {
		try {
			return viewer.getResponse().getContentAsString();
		}
		catch (UnsupportedEncodingException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
